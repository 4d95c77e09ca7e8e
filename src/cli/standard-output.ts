import { fstatSync, writeSync } from "node:fs";
import { systemCode, systemReason } from "../files/system-error.ts";
import type { CommandContext } from "./context.ts";

const DESCRIPTOR = 1;

/** Standard output, and whether everything got there. */
export class StandardOutput {
  /** What could not be written was reported, in one line. */
  hasFailed = false;
  readonly stream: CommandContext["stdout"];
  private readonly report: (line: string) => void;

  /** @param report gets one line for a person, once */
  constructor(stdout: NodeJS.WriteStream, report: (line: string) => void) {
    this.report = report;
    // `lvs-pcap analyze ... | head` closes the pipe early; what it wanted to read it has.
    stdout.on("error", (error) => {
      if (systemCode(error) !== "EPIPE") this.failed(error);
    });
    this.stream = isFile(stdout)
      ? { isTTY: false, write: (text: string | Uint8Array) => this.writeToFile(text) }
      : stdout;
  }

  /** Node's own stream writes to a file once, and loses what a disk that is nearly full did not take. */
  private writeToFile(text: string | Uint8Array): boolean {
    if (this.hasFailed) return false;
    const bytes = Buffer.from(text);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(DESCRIPTOR, bytes, written);
    } catch (error) {
      this.failed(error);
    }
    return !this.hasFailed;
  }

  private failed(error: unknown): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.report(`lvs-pcap: standard output: cannot be written: ${systemReason(error)}\n`);
  }
}

/** Whether it is a file or a device, to which every write is complete or fails. */
function isFile({ isTTY }: NodeJS.WriteStream): boolean {
  try {
    const status = fstatSync(DESCRIPTOR);
    return status.isFile() || (status.isCharacterDevice() && !isTTY);
  } catch {
    return false;
  }
}
