import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { openByteSource } from "../../../src/bytes/source.ts";
import { readCapture } from "../../../src/capture/read-capture.ts";
import { FrameFacts, FrameKind } from "../../../src/decode/facts.ts";
import { type LinkDecoder, linkDecoder } from "../../../src/decode/link-layer.ts";
import { openPcapParser, PCAP_PARSER, pcapParserVersion } from "../../../src/verify/pcap-parser.ts";
import { VERSION } from "../../../src/version.ts";

export interface Understood {
  readonly frames: number;
  /** Null for a reader that looks into no frame. */
  readonly arpFrames: number | null;
}

/** A tool that reads captures. */
export interface Reader {
  readonly name: string;
  /** Null where it cannot be run here. */
  readonly version: string | null;
  /** @returns null where it refuses the file */
  read(path: string): Promise<Understood | null>;
}

function versionOf(command: string): string | null {
  const { status, stdout, stderr } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return status === 0 ? (/\d+\.\d+(\.\d+)?/.exec(stdout + stderr)?.[0] ?? "unknown") : null;
}

function lines(command: string, args: readonly string[]): number | null {
  const { stdout, status } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  // What is indented belongs to the line before it.
  return status === 0 ? stdout.split("\n").filter((line) => /^\S/.test(line)).length : null;
}

/** What no decoder looks into keeps nothing of the frame before. */
function forget(facts: FrameFacts): void {
  facts.kind = FrameKind.Other;
}

const ours: Reader = {
  name: "lvs-pcap",
  version: VERSION,
  async read(path) {
    const source = await openByteSource(path);
    const facts = new FrameFacts();
    let decode: LinkDecoder | undefined;
    let frames = 0;
    let arpFrames = 0;
    try {
      await readCapture(source, {
        link(linkType) {
          decode = linkDecoder(linkType);
        },
        interface: () => undefined,
        skipTo: () => undefined,
        frame(view, start, capturedBytes, originalBytes) {
          frames++;
          facts.originalBytes = originalBytes;
          forget(facts);
          decode?.(view, start, start + capturedBytes, facts);
          if (facts.kind === FrameKind.Arp) arpFrames++;
        },
      });
      return { frames, arpFrames };
    } catch {
      return null;
    } finally {
      await source.close();
    }
  },
};

const wireshark: Reader = {
  name: "Wireshark",
  version: versionOf("tshark"),
  async read(path) {
    const fields = ["-n", "-r", path, "-T", "fields", "-e", "frame.number"];
    const frames = lines("tshark", fields);
    return frames === null || frames === 0
      ? null
      : { frames, arpFrames: lines("tshark", [...fields, "-Y", "arp"]) };
  },
};

const tcpdump: Reader = {
  name: "tcpdump",
  version: versionOf("tcpdump"),
  async read(path) {
    const frames = lines("tcpdump", ["-n", "-t", "-r", path]);
    // A filter that the link type does not know is refused: then it knows no ARP there.
    return frames === null
      ? null
      : { frames, arpFrames: lines("tcpdump", ["-n", "-t", "-r", path, "arp"]) ?? 0 };
  },
};

const pcapParser: Reader = {
  name: PCAP_PARSER,
  version: pcapParserVersion(),
  async read(path) {
    let frames = 0;
    let isRefused = false;
    const feed = openPcapParser({
      header: () => undefined,
      record: () => {
        frames++;
      },
      refused: () => {
        isRefused = true;
      },
    });
    feed(readFileSync(path));
    return isRefused ? null : { frames, arpFrames: null };
  },
};

export const READERS: readonly Reader[] = [ours, wireshark, tcpdump, pcapParser];

/** capinfos' own count; null where it refuses the file, or is not here. */
export function countByCapinfos(path: string): number | null {
  const { stdout } = spawnSync("capinfos", ["-c", "-M", "-T", "-r", "-m", path], { encoding: "utf8" });
  const count = /,"?(\d+)"?\s*$/.exec(stdout.trim())?.[1];
  return count === undefined ? null : Number(count);
}
