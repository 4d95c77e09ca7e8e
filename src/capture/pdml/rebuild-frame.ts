import { LONGEST_RECORD_BYTES } from "../pcap-records.ts";
import { encapsulationLinkType, protocolLinkType } from "./encapsulation.ts";
import type { PdmlElement, PdmlVisitor } from "./packet-fields.ts";

/** Those that describe the packet and lie in none of its bytes. */
const ABOUT_THE_PACKET: readonly string[] = ["geninfo", "frame"];

/** What Wireshark calls an interface without a name. */
const NAMELESS = "unknown";

/** Fields that show bytes which other packets brought; their positions are those of the reassembled whole. */
const REASSEMBLED = /\.(fragments?|segments?|reassembled[._].*)$/;

/**
 * Puts a frame's bytes together again from its dissection: every field says where it lies and what the bytes are there.
 *
 * Where two fields claim a byte the first one has it: a frame's own layers come before what was reassembled, decrypted
 * or unpacked out of it, which has positions of its own. Gaps inside a protocol are bytes that it leaves unexplained,
 * and zero. A protocol whose fields were filtered out (tshark -j) ends the frame: what nobody tells is not there.
 */
export class FrameRebuilder implements PdmlVisitor {
  /** Null where the packet has none. */
  number: number | null = null;
  seconds = 0;
  nanoseconds = 0;
  originalBytes = 0;
  linkType: number | null = null;
  /** Of the interface on which it was captured; null where the capture was of a format that does not say. */
  interfaceId: number | null = null;
  interfaceName: string | null = null;
  readonly frame = new Uint8Array(LONGEST_RECORD_BYTES);
  readonly view = new DataView(this.frame.buffer);

  private readonly isKnown = new Uint8Array(LONGEST_RECORD_BYTES);
  private capturedBytes = 0;
  /** How far the fields and protocols reach. */
  private reach = 0;
  private hiddenFrom = Number.POSITIVE_INFINITY;
  private isAboutThePacket = false;
  private protocolStart = 0;
  /** From here on positions are those of other bytes than the frame's. */
  private isForeign = false;

  reset(): void {
    this.frame.fill(0, 0, this.reach);
    this.isKnown.fill(0, 0, this.reach);
    this.number = null;
    this.seconds = 0;
    this.nanoseconds = 0;
    this.originalBytes = 0;
    this.linkType = null;
    this.interfaceId = null;
    this.interfaceName = null;
    this.capturedBytes = 0;
    this.reach = 0;
    this.hiddenFrom = Number.POSITIVE_INFINITY;
    this.isAboutThePacket = false;
    this.protocolStart = 0;
    this.isForeign = false;
  }

  /** How many of the frame's bytes the dissection tells; to be asked after the last field. */
  finish(): number {
    return Math.min(this.reach, this.hiddenFrom, this.capturedBytes);
  }

  protocol({ name = "", pos, size }: PdmlElement, depth: number): void {
    if (depth > 1) return;
    this.isAboutThePacket = ABOUT_THE_PACKET.includes(name);
    const start = wholeNumber(pos);
    const length = wholeNumber(size);
    if (this.isAboutThePacket || start === null || length === null || length === 0) return;
    this.linkType ??= protocolLinkType(name);
    if (start < this.protocolStart || start + length > this.capturedBytes) this.isForeign = true;
    if (this.isForeign) return;
    this.protocolStart = start;
    this.reach = Math.max(this.reach, start + length);
  }

  field(element: PdmlElement): void {
    if (this.isAboutThePacket) this.describe(element);
    else if (this.isForeign) return;
    else if (element.name === "filtered" && element.pos === undefined) this.hide();
    else this.tell(element);
  }

  private describe({ name, show = "", value = "" }: PdmlElement): void {
    if (name === "num" || name === "frame.number") this.number ??= wholeNumber(show);
    else if (name === "len" || name === "frame.len") this.originalBytes = uint32(show);
    else if (name === "caplen" || name === "frame.cap_len") {
      this.capturedBytes = Math.min(uint32(show), LONGEST_RECORD_BYTES);
    } else if (name === "timestamp") this.setTime(value);
    else if (name === "frame.time_epoch" && this.seconds === 0) this.setTime(show);
    else if (name === "frame.interface_id") this.interfaceId = wholeNumber(show);
    else if (name === "frame.interface_name") this.interfaceName = show === NAMELESS ? null : show;
    else if (name === "frame.encap_type") this.linkType = encapsulationLinkType(uint32(show));
  }

  /** Seconds since 1970, their fraction to nine digits. */
  private setTime(epoch: string): void {
    const [, seconds, fraction = ""] = /^(\d{1,10})(?:\.(\d{1,9}))?$/.exec(epoch) ?? [];
    if (seconds === undefined) return;
    this.seconds = Math.min(Number(seconds), 0xffff_ffff);
    this.nanoseconds = Number(fraction.padEnd(9, "0"));
  }

  private tell({ name = "", pos, size, value, unmaskedvalue }: PdmlElement): void {
    const start = wholeNumber(pos);
    const length = wholeNumber(size);
    const hexadecimal = unmaskedvalue ?? value;
    if (start === null || length === null || length === 0 || hexadecimal?.length !== 2 * length) return;
    const end = start + length;
    if (start < this.protocolStart || end > this.capturedBytes || REASSEMBLED.test(name)) return;
    for (let at = start; at < end; at++) {
      if (this.isKnown[at] === 1) continue;
      const digits = 2 * (at - start);
      const byte = Number.parseInt(hexadecimal.slice(digits, digits + 2), 16);
      if (Number.isNaN(byte)) return;
      this.frame[at] = byte;
      this.isKnown[at] = 1;
    }
    this.reach = Math.max(this.reach, end);
  }

  private hide(): void {
    this.hiddenFrom = Math.min(this.hiddenFrom, this.protocolStart);
  }
}

/** A decimal number that a 32-bit field can hold, 0 for anything else. */
function uint32(text: string): number {
  const number = wholeNumber(text);
  return number === null || number > 0xffff_ffff ? 0 : number;
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
