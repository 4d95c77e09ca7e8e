import { crc32 } from "node:zlib";

/** Longer lines are no record of ours. */
const LONGEST_BYTES = 1 << 20;

/** A record as one line: the CRC-32 of its JSON, the JSON's length in bytes, the JSON. */
export function writeLine(json: string): string {
  return `${checksum(json)} ${Buffer.byteLength(json)} ${json}\n`;
}

/** What a file's lines hold. */
export interface ReadLines {
  readonly records: unknown[];
  /** Lines within that are not what was written; a cut one at the end, as `kill -9` leaves it, is none. */
  readonly damagedLines: number;
}

/** Reads line by line; a line that is damaged is left out. */
export function readLines(file: Buffer): ReadLines {
  const records: unknown[] = [];
  let damaged = 0;
  for (let start = 0; start < file.length; ) {
    const newline = file.indexOf(0x0a, start);
    const end = newline < 0 ? file.length : newline + 1;
    const record = newline < 0 ? undefined : parseLine(file.subarray(start, newline));
    if (record !== undefined) {
      records.push(record);
    } else if (newline >= 0 || !isCutShort(file.subarray(start))) {
      damaged++;
    }
    start = end;
  }
  return { records, damagedLines: damaged };
}

/** Whether it may be the beginning of a line. */
function isCutShort(end: Buffer): boolean {
  const start = end.subarray(0, 20).toString("latin1");
  return end.length < LONGEST_BYTES && /^[0-9a-f]{0,8}$|^[0-9a-f]{8} (\d{0,7}$|\d{1,7} (\{|$))/.test(start);
}

function parseLine(line: Buffer): unknown {
  if (line.length > LONGEST_BYTES) return undefined;
  const match = /^([0-9a-f]{8}) (\d{1,7}) /.exec(line.subarray(0, 17).toString("latin1"));
  if (match === null) return undefined;
  const json = line.subarray(match[0].length);
  if (json.length !== Number(match[2]) || checksum(json) !== match[1]) return undefined;
  try {
    return JSON.parse(json.toString());
  } catch {
    return undefined;
  }
}

function checksum(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(8, "0");
}
