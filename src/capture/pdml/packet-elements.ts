import type { ByteSource } from "../../bytes/byte-source.ts";
import { LvsPcapError } from "../../errors.ts";
import { LONGEST_PDML_PACKET_BYTES } from "../../limits.ts";

/** One `<packet>` element of a PDML document. */
export interface PacketElement {
  /** Latin-1: what is read of it is ASCII, and no byte of a longer UTF-8 character can be mistaken for markup. */
  readonly xml: string;
  /** In bytes, where it begins. */
  readonly offset: number;
  /** Whether its end is left out, because it is longer than {@link LONGEST_PDML_PACKET_BYTES}. */
  readonly isShortened: boolean;
}

/** How the document ended; to be asked once no packet follows. */
export interface PdmlEnd {
  bytes: number;
  /** The program that wrote it, by its own word; null where it does not say. */
  creator: string | null;
  /** Where and how it breaks off, without the file's name; null where it was closed. */
  problem: string | null;
}

/** Declarations and comments before the `<pdml>` element; Wireshark writes 200 bytes. */
const LONGEST_PROLOG_BYTES = 1 << 16;
const LONGEST_ROOT_BYTES = 1 << 14;
const CHUNK_BYTES = 1 << 18;

const ROOT = "<pdml";
const OPENING = "<packet";
const CLOSING = "</packet>";
const ROOT_CLOSING = "</pdml>";

const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

/** Whether a capture beginning so is XML; whether it is PDML is said by {@link packetElements}. */
export function looksLikeXml(start: Uint8Array): boolean {
  const text = Buffer.from(start.subarray(0, 64)).toString("latin1").replace(BYTE_ORDER_MARK, "");
  return /^\s*<[?!a-zA-Z]/.test(text) || isUtf16(start);
}

/**
 * Cuts a PDML document into its packets, in constant memory.
 *
 * A whole document is never parsed, so that nothing outside of the packets can do anything; a document type, by which
 * entities would be declared, is refused.
 *
 * @param start what was already taken from `source`
 * @param onBytes told of the bytes taken so far, after each chunk
 * @throws LvsPcapError `not-a-capture`, `unreadable-file`
 */
export async function* packetElements(
  source: ByteSource,
  start: Uint8Array,
  end: PdmlEnd,
  onChunk: (chunk: Uint8Array, bytes: number) => void = () => undefined,
): AsyncGenerator<PacketElement, void, void> {
  const window = new Window(source, start, onChunk);
  await skipProlog(window, source.name);
  end.creator = await readCreator(window);
  for (;;) {
    const packet = await nextPacket(window, end);
    end.bytes = window.bytes;
    if (packet === null) return;
    yield packet;
  }
}

async function skipProlog(window: Window, file: string): Promise<void> {
  const refuse = (says: string) =>
    new LvsPcapError(
      "not-a-capture",
      `${file}: offset 0: ${says}; expected PDML, as tshark -T pdml writes it`,
    );
  while (window.rest.length < 64 && (await window.fill()));
  if (!looksLikeXml(window.rest)) throw refuse(window.rest.length === 0 ? "empty" : "no XML");
  if (isUtf16(window.rest)) {
    throw refuse("XML in UTF-16, which a redirection by PowerShell makes of it: convert it to UTF-8");
  }
  let root = window.indexOf(ROOT);
  while (root < 0 && window.rest.length < LONGEST_PROLOG_BYTES && (await window.fill())) {
    root = window.indexOf(ROOT);
  }
  const prolog = window.text(root < 0 ? Math.min(window.rest.length, LONGEST_PROLOG_BYTES) : root);
  if (/<!DOCTYPE/i.test(prolog)) throw refuse("XML that declares a document type");
  if (root < 0) {
    const element = /<([a-zA-Z][\w:.-]{0,30})/.exec(prolog)?.[1];
    throw refuse(element === undefined ? "XML without an element" : `XML of another kind, <${element}>`);
  }
  window.drop(root + ROOT.length);
}

/** Of the root element's attributes; it must be all there within the longest one that is sensible. */
async function readCreator(window: Window): Promise<string | null> {
  while (!window.text(LONGEST_ROOT_BYTES).includes(">") && window.rest.length < LONGEST_ROOT_BYTES) {
    if (!(await window.fill())) break;
  }
  return /^[^>]{0,1000}?\screator="([^"<>&]{1,100})"/.exec(window.text(LONGEST_ROOT_BYTES))?.[1] ?? null;
}

async function nextPacket(window: Window, end: PdmlEnd): Promise<PacketElement | null> {
  let opening = findOpening(window);
  while (opening < 0) {
    if (window.indexOf(ROOT_CLOSING) >= 0) {
      await window.drain();
      return null;
    }
    window.drop(Math.max(0, window.rest.length - OPENING.length));
    if (!(await window.fill())) {
      end.problem = `offset ${window.bytes}: cut short: expected <packet> or </pdml>, found the end`;
      return null;
    }
    opening = findOpening(window);
  }
  window.drop(opening);
  const { offset } = window;
  let closing = window.indexOf(CLOSING);
  while (closing < 0) {
    if (window.rest.length >= LONGEST_PDML_PACKET_BYTES) return shortened(window, end);
    const searched = Math.max(0, window.rest.length - CLOSING.length);
    if (!(await window.fill())) {
      end.problem = `offset ${offset}: cut short: expected </packet>, found the end`;
      return null;
    }
    closing = window.indexOf(CLOSING, searched);
  }
  const xml = window.text(closing + CLOSING.length);
  window.drop(closing + CLOSING.length);
  return { xml, offset, isShortened: false };
}

/** The element's beginning, closed after its last whole tag, and what follows thrown away up to its end. */
async function shortened(window: Window, end: PdmlEnd): Promise<PacketElement | null> {
  const { offset } = window;
  const kept = window.text(LONGEST_PDML_PACKET_BYTES);
  const xml = kept.slice(0, kept.lastIndexOf("<"));
  let closing = window.indexOf(CLOSING);
  while (closing < 0) {
    window.drop(Math.max(0, window.rest.length - CLOSING.length));
    if (!(await window.fill())) {
      end.problem = `offset ${offset}: cut short: expected </packet>, found the end`;
      return null;
    }
    closing = window.indexOf(CLOSING);
  }
  window.drop(closing + CLOSING.length);
  return { xml, offset, isShortened: true };
}

/** `<packet>`, or `<packet foreground=...>` of tshark --color, but no `<packets>`. */
function findOpening(window: Window): number {
  for (let at = window.indexOf(OPENING); at >= 0; at = window.indexOf(OPENING, at + 1)) {
    const next = window.rest[at + OPENING.length];
    if (next === undefined) return -1;
    if (next === 0x3e || next === 0x20 || next === 0x09 || next === 0x0a || next === 0x0d) return at;
  }
  return -1;
}

function isUtf16(start: Uint8Array): boolean {
  const [first, second] = start;
  return (
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (first === 0x3c && second === 0) ||
    (first === 0 && second === 0x3c)
  );
}

/** The bytes read and not yet used; never more than a packet and a chunk. */
class Window {
  /** Of `rest`, in the file. */
  offset = 0;
  private readonly source: ByteSource;
  private readonly onChunk: (chunk: Uint8Array, bytes: number) => void;
  private readonly buffer = Buffer.alloc(LONGEST_PDML_PACKET_BYTES + 2 * CHUNK_BYTES);
  private from = 0;
  private to = 0;

  constructor(source: ByteSource, start: Uint8Array, onChunk: (chunk: Uint8Array, bytes: number) => void) {
    this.source = source;
    this.onChunk = onChunk;
    this.buffer.set(start);
    this.to = start.length;
    onChunk(start, start.length);
  }

  get rest(): Buffer {
    return this.buffer.subarray(this.from, this.to);
  }

  /** Taken from the source so far. */
  get bytes(): number {
    return this.offset + this.to - this.from;
  }

  indexOf(text: string, from = 0): number {
    return this.rest.indexOf(text, from, "latin1");
  }

  text(length: number): string {
    return this.buffer.toString("latin1", this.from, Math.min(this.to, this.from + length));
  }

  drop(length: number): void {
    this.from += length;
    this.offset += length;
  }

  /** @returns whether there was anything more */
  async fill(): Promise<boolean> {
    if (this.to + CHUNK_BYTES > this.buffer.length) {
      this.buffer.copyWithin(0, this.from, this.to);
      this.to -= this.from;
      this.from = 0;
    }
    const got = await this.source.read(this.buffer, this.to, CHUNK_BYTES);
    const chunk = this.buffer.subarray(this.to, this.to + got);
    this.to += got;
    if (got > 0) this.onChunk(chunk, this.bytes);
    return got > 0;
  }

  async drain(): Promise<void> {
    do this.drop(this.rest.length);
    while (await this.fill());
  }
}
