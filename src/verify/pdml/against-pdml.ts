import type { ByteSource } from "../../bytes/byte-source.ts";
import { openByteSource } from "../../bytes/source.ts";
import { type PdmlEnd, packetElements } from "../../capture/pdml/packet-elements.ts";
import { PdmlPacketParser } from "../../capture/pdml/packet-fields.ts";
import { LvsPcapError } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import { countText } from "../../words/counts.ts";
import { type Difference, DifferenceLog } from "../difference.ts";
import { compareFields } from "./compare-fields.ts";
import { Dissection } from "./dissected-fields.ts";
import type { FrameFields } from "./frame-fields.ts";
import { OwnFrames } from "./own-frames.ts";

/** What Wireshark's dissection of a capture says, compared with our decoding of it. */
export interface DissectionResult {
  /** Whether the two agree in every field that was compared. */
  verified: boolean;
  /** The paths as given, `-` for standard input. */
  capture: string;
  dissection: string;
  /** Compared. */
  frames: number;
  /** Of the capture's frames those that the dissection does not show: it was filtered. */
  framesNotDissected: number;
  /** Compared, over all frames. */
  fields: number;
  /** Frames among those compared in which at least one of the two finds ARP, or IPv4. */
  arpFrames: number;
  ipv4Frames: number;
  tools: { "lvs-pcap": string; wireshark: string };
  /** The first differences, at most ten; `differencesTotal` counts them all. */
  differences: readonly Difference[];
  differencesTotal: number;
  /** Where and why either file breaks off, so that what follows was not compared; null for whole ones. */
  problem: string | null;
}

/**
 * Holds our decoding of a capture against Wireshark's dissection of it, frame by frame and field by field, in constant
 * memory. What Wireshark shows is taken from its fields by name, never decoded again from their bytes.
 *
 * @throws LvsPcapError `bad-usage`, `unreadable-file`, `not-a-capture`, `unsupported-version`
 */
export async function verifyAgainstPdml(
  capture: string,
  dissection: string,
  onProgress: (progress: { bytes: number; sizeBytes: number | null }) => void = () => undefined,
): Promise<DissectionResult> {
  if (capture === "-" && dissection === "-") {
    throw new LvsPcapError("bad-usage", "standard input (-) can be read only once");
  }
  const source = await openByteSource(capture);
  try {
    const theirs = await openByteSource(dissection);
    try {
      const own = new OwnFrames(source, (bytes) => onProgress({ bytes, sizeBytes: source.sizeBytes }));
      return await new Lockstep(own, theirs).run(capture);
    } finally {
      await theirs.close();
    }
  } finally {
    await source.close();
  }
}

/** Takes the dissection's packets one by one, and of the capture the frame of the same number. */
class Lockstep {
  private readonly own: OwnFrames;
  private readonly source: ByteSource;
  private readonly log = new DifferenceLog();
  private readonly counts = { frames: 0, framesNotDissected: 0, fields: 0, arpFrames: 0, ipv4Frames: 0 };
  private beyond = 0;

  constructor(own: OwnFrames, dissection: ByteSource) {
    this.own = own;
    this.source = dissection;
  }

  async run(capture: string): Promise<DissectionResult> {
    const { source, own, log } = this;
    const end: PdmlEnd = { bytes: 0, creator: null, problem: null };
    const parser = new PdmlPacketParser();
    const dissection = new Dissection();
    let broken: string | null = null;
    for await (const { xml, offset } of packetElements(source, new Uint8Array(0), end)) {
      dissection.reset();
      const theirs = parser.parse(xml, dissection) ? dissection.conclude() : null;
      if (theirs === null) {
        broken = `offset ${offset}: expected a well-formed <packet> with its number`;
        break;
      }
      await this.compare(theirs);
    }
    const theirProblem = broken ?? end.problem;
    // Past the end of a dissection that was cut nothing can be said of the capture.
    if (theirProblem === null) await this.passOver(Number.POSITIVE_INFINITY);
    if (this.beyond > 0) {
      const { frames, framesNotDissected } = this.counts;
      const ours = frames + framesNotDissected;
      log.addOnTop("record-count", countText(ours), `${countText(this.beyond)} more`);
    }
    if (this.counts.frames === 0 && this.counts.framesNotDissected > 0 && this.beyond === 0) {
      const expected = `${source.name}: no frame of ${capture} is in it; expected its dissection by tshark -T pdml`;
      throw new LvsPcapError(
        "unverifiable",
        theirProblem === null ? expected : `${source.name}: ${theirProblem}`,
      );
    }
    return {
      verified: log.total === 0,
      capture,
      dissection: source.name,
      ...this.counts,
      tools: { "lvs-pcap": VERSION, wireshark: end.creator ?? "unknown" },
      differences: log.named,
      differencesTotal: log.total,
      problem: theirProblem === null ? own.problem : `${source.name}: ${theirProblem}; compared up to here`,
    };
  }

  private async compare(theirs: FrameFields): Promise<void> {
    const ours = await this.passOver(theirs.number);
    if (ours === null) {
      this.beyond++;
      return;
    }
    const { counts, log } = this;
    counts.frames++;
    counts.fields += compareFields(ours, theirs, log);
    if (ours.fields.has("arp-operation") || theirs.fields.has("arp-operation")) counts.arpFrames++;
    if (ours.fields.has("ip-source") || theirs.fields.has("ip-source")) counts.ipv4Frames++;
  }

  /** @returns the frame of this number; null where the capture has none */
  private async passOver(number: number): Promise<FrameFields | null> {
    for (;;) {
      const frame = await this.own.next();
      if (frame === null || frame.number === number) return frame;
      this.counts.framesNotDissected++;
    }
  }
}
