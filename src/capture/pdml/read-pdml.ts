import type { ByteSource } from "../../bytes/byte-source.ts";
import { MOST_PDML_INTERFACES } from "../../limits.ts";
import type { CaptureOptions } from "../capture-options.ts";
import type { CaptureSink } from "../capture-sink.ts";
import { type PacketElement, type PdmlEnd, packetElements } from "./packet-elements.ts";
import { PdmlPacketParser } from "./packet-fields.ts";
import { FrameRebuilder } from "./rebuild-frame.ts";

/**
 * Streams a dissection through `sink` in constant memory, each frame rebuilt from its fields and numbered as the
 * dissection numbers it: a filtered export leaves numbers out.
 *
 * @param start what was already taken from `source`, to recognise it
 * @returns how it ended; damage is not thrown but returned, since all before it was given to the sink
 * @throws LvsPcapError `not-a-capture`, `unreadable-file`
 */
export async function readPdml(
  source: ByteSource,
  start: Uint8Array,
  sink: CaptureSink,
  { onBytes, onProgress }: Pick<CaptureOptions, "onBytes" | "onProgress"> = {},
): Promise<{ bytes: number; problem: string | null }> {
  const end: PdmlEnd = { bytes: 0, creator: null, problem: null };
  const frames = new Frames(sink);
  const elements = packetElements(source, start, end, (chunk, bytes) => {
    onBytes?.(chunk);
    onProgress?.(bytes);
  });
  for await (const element of elements) {
    const problem = frames.give(element);
    if (problem === null) continue;
    return {
      bytes: source.sizeBytes ?? end.bytes,
      problem: `${source.name}: ${problem}; analysed up to here`,
    };
  }
  const { bytes } = end;
  if (end.problem !== null) return { bytes, problem: `${source.name}: ${end.problem}; analysed up to here` };
  return { bytes, problem: frames.incomplete === null ? null : `${source.name}: ${frames.incomplete}` };
}

class Frames {
  private readonly sink: CaptureSink;
  private readonly parser = new PdmlPacketParser();
  private readonly rebuilder = new FrameRebuilder();
  private linkType: number | null = null;
  /** Whose frames are under way. */
  private network: string | null = null;
  private readonly networks = new Map<string, number>();
  private frames = 0;
  private withoutBeginning = 0;
  private lastNumber = 0;

  constructor(sink: CaptureSink) {
    this.sink = sink;
  }

  /** @returns what is wrong with the element, null where nothing is */
  give({ xml, offset }: PacketElement): string | null {
    const { rebuilder, sink } = this;
    rebuilder.reset();
    if (!this.parser.parse(xml, rebuilder)) return `offset ${offset}: expected a well-formed <packet>`;
    const capturedBytes = rebuilder.finish();
    if (rebuilder.number === null)
      return `offset ${offset}: a <packet> without its number; expected geninfo or frame`;
    this.frames++;
    if (capturedBytes === 0 && rebuilder.originalBytes > 0) this.withoutBeginning++;
    if (rebuilder.linkType !== null && rebuilder.linkType !== this.linkType) {
      this.linkType = rebuilder.linkType;
      sink.link(this.linkType);
    }
    this.turnToInterface();
    this.numberAs(rebuilder.number);
    sink.frame(
      rebuilder.view,
      0,
      capturedBytes,
      rebuilder.originalBytes,
      rebuilder.seconds,
      rebuilder.nanoseconds,
    );
    return null;
  }

  /** Why nothing, or little, could be seen in some frames. */
  get incomplete(): string | null {
    if (this.withoutBeginning === 0) return null;
    return `${this.withoutBeginning} of ${this.frames} frames lack their link layer's fields; expected an export of all protocols, without -j or -J`;
  }

  private turnToInterface(): void {
    const { interfaceId, interfaceName } = this.rebuilder;
    if (interfaceId === null) return;
    const network = interfaceName ?? `interface ${interfaceId}`;
    if (
      network === this.network ||
      (this.networks.size >= MOST_PDML_INTERFACES && !this.networks.has(network))
    )
      return;
    this.network = network;
    const index = this.networks.get(network) ?? this.networks.size;
    this.networks.set(network, index);
    this.sink.interface({ index, network });
  }

  /** Numbers only ever rise; of a forged one that does not, or that no 32-bit integer holds, nothing is kept. */
  private numberAs(number: number): void {
    const isForged = number <= this.lastNumber || number > 0x7fff_ffff;
    const expected = this.lastNumber + 1;
    this.lastNumber = isForged ? expected : number;
    if (this.lastNumber !== expected) this.sink.skipTo(this.lastNumber);
  }
}
