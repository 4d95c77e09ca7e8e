import type { PcapngOption } from "./options.ts";

/** Of a name or a comment so much is kept. */
const LONGEST_TEXT_BYTES = 512;
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** The value as UTF-8, in which it should be; what is not is replaced, and what is too long is cut off. */
export function optionText(view: DataView, { start, length }: PcapngOption): string {
  const kept = new Uint8Array(view.buffer, view.byteOffset + start, Math.min(length, LONGEST_TEXT_BYTES));
  const text = DECODER.decode(kept).replace(/\0.*$/s, "");
  return length > LONGEST_TEXT_BYTES ? `${text.replace(/\ufffd+$/, "")}…` : text;
}
