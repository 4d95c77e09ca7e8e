import type { ByteSource } from "../../src/bytes/byte-source.ts";
import type { CaptureOptions } from "../../src/capture/capture-options.ts";
import { type CaptureEnd, readCapture } from "../../src/capture/read-capture.ts";

/** One frame as `readCapture` gave it, copied while it could be. */
export interface SeenFrame {
  readonly hex: string;
  readonly originalBytes: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Bytes that come in pieces of these sizes, the last one again and again: a pipe. */
export function sourceInPieces(
  bytes: Uint8Array,
  sizes: readonly number[],
  name = "pieces.pcap",
): ByteSource {
  let offset = 0;
  let turn = 0;
  return {
    name,
    sizeBytes: null,
    async read(target, at, length) {
      const size = sizes[Math.min(turn, sizes.length - 1)] ?? bytes.length;
      turn++;
      const piece = bytes.subarray(offset, offset + Math.min(size, length));
      target.set(piece, at);
      offset += piece.length;
      return piece.length;
    },
    close: async () => undefined,
  };
}

/** Every frame of the source, and how the capture ended. */
export async function framesOf(
  source: ByteSource,
  options: CaptureOptions = {},
): Promise<{ frames: SeenFrame[]; end: CaptureEnd }> {
  const frames: SeenFrame[] = [];
  const end = await readCapture(
    source,
    {
      link: () => undefined,
      interface: () => undefined,
      skipTo: () => undefined,
      frame(view, start, capturedBytes, originalBytes, seconds, nanoseconds) {
        const bytes = Buffer.from(view.buffer, view.byteOffset + start, capturedBytes);
        frames.push({ hex: bytes.toString("hex"), originalBytes, seconds, nanoseconds });
      },
    },
    options,
  );
  return { frames, end };
}
