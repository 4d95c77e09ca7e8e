import { type FileHandle, open } from "node:fs/promises";
import { type ErrorCode, LvsPcapError } from "../errors.ts";
import { cannotRead } from "./system-error.ts";

/** What a file has to be. */
export interface TextFile {
  /** As a person calls it: `an inventory`. */
  readonly kind: string;
  /** A larger one is refused, and is not read further than that. */
  readonly mostMebibytes: number;
  /** For a file that is no text, or too large. */
  readonly code: ErrorCode;
}

const MEBIBYTE = 1 << 20;
const PIECE_BYTES = 1 << 18;

/**
 * Reads a text file in UTF-8 whole. A pipe is read, too, as a shell makes one of `<(ipvsadm -Sn)`. A device may have no
 * end, and a sparse file holds zero bytes: both are refused.
 *
 * @throws LvsPcapError `unreadable-file`, or `code`
 */
export async function readBoundedText(path: string, expected: TextFile): Promise<string> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  try {
    const bytes = await readAll(file, path, expected);
    return bytes.toString("utf8").replace(/^\ufeff/, "");
  } catch (error) {
    throw error instanceof LvsPcapError ? error : cannotRead(path, error);
  } finally {
    await file.close().catch(() => undefined);
  }
}

async function readAll(
  file: FileHandle,
  path: string,
  { kind, mostMebibytes, code }: TextFile,
): Promise<Buffer> {
  const status = await file.stat();
  if (!status.isFile() && !status.isFIFO()) {
    const what = status.isDirectory() ? "a directory" : "a device or a socket";
    throw new LvsPcapError("unreadable-file", `${path}: is ${what}; expected ${kind}`);
  }
  const mostBytes = mostMebibytes * MEBIBYTE;
  const pieces: Buffer[] = [];
  for (let bytes = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, null);
    if (bytesRead === 0) return Buffer.concat(pieces);
    const piece = buffer.subarray(0, bytesRead);
    const zero = piece.indexOf(0);
    if (zero >= 0) {
      const offset = bytes + zero;
      throw new LvsPcapError(
        code,
        `${path}: not recognised as ${kind}: offset ${offset}: a zero byte; expected text`,
      );
    }
    bytes += bytesRead;
    if (bytes > mostBytes)
      throw new LvsPcapError(code, `${path}: larger than ${mostMebibytes} MiB; expected ${kind}`);
    pieces.push(piece);
  }
}
