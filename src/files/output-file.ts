import { writeSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { Draft } from "./draft.ts";
import { type OutputRequest, type OutputTarget, outputTarget } from "./output-target.ts";
import { cannotWrite, systemCode } from "./system-error.ts";

/** A pipe that is full and does not wait is tried again after this. */
const RETRY_MS = 5;

/** A file that an option writes: checked before the work begins, and replaced in one step when it is done. */
export class OutputFile {
  private readonly request: OutputRequest;

  /** @throws LvsPcapError as {@link outputTarget} */
  constructor(request: OutputRequest) {
    this.request = request;
    outputTarget(request);
  }

  /**
   * Writes the whole content. A regular file keeps its former content until the new one is complete and on the disk.
   *
   * @throws LvsPcapError as {@link outputTarget}, whose checks are made again
   */
  async write(text: string): Promise<void> {
    const target = outputTarget(this.request);
    if (target.kind === "file") this.replace(target, text);
    else await this.pass(target, text);
  }

  private replace(target: OutputTarget & { kind: "file" }, text: string): void {
    const draft = new Draft(target);
    try {
      draft.write(Buffer.from(text));
      draft.commit();
    } finally {
      draft.discard();
    }
  }

  private async pass(target: Exclude<OutputTarget, { kind: "file" }>, text: string): Promise<void> {
    try {
      if (target.kind === "special") await writeFile(target.path, text);
      else await writeAll(target.descriptor, Buffer.from(text));
    } catch (error) {
      // A reader that goes away early has what it wanted, as on standard output.
      if (target.kind === "special" || systemCode(error) !== "EPIPE")
        throw cannotWrite(this.request.path, error);
    }
  }
}

async function writeAll(descriptor: number, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (systemCode(error) !== "EAGAIN") throw error;
      await pause(RETRY_MS);
    }
  }
}
