import { lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemCode, systemReason } from "../../files/system-error.ts";
import { LARGEST_STATE_BYTES } from "../../limits.ts";
import { plural } from "../../words/counts.ts";
import { printable } from "../../words/letters.ts";
import type { Say } from "../sinks/say.ts";
import { readRegularFile } from "./directory.ts";
import { readLines, writeLine } from "./line.ts";
import { isHeader, keyOf, parseRecord, type StateRecord, VERSION } from "./record.ts";

const SNAPSHOT = "snapshot";
/** Damaged files that are kept for whoever wants to know. */
const MOST_SET_ASIDE = 4;

/** What the files of a directory say, the later over the earlier. */
export interface StoredState {
  readonly records: ReadonlyMap<string, StateRecord>;
  /** The highest number that a file bears. */
  readonly generation: number;
}

export function snapshotPath(directory: string): string {
  return join(directory, SNAPSHOT);
}

export function journalPath(directory: string, generation: number): string {
  return join(directory, `journal-${generation}`);
}

/** @param records of a snapshot: how many follow */
export function headerLine(generation: number, records?: number): string {
  return writeLine(JSON.stringify({ lvsPcapState: VERSION, generation, records }));
}

/** Reads snapshot and journals; a damaged one is set aside, and what is sound of it is taken all the same. */
export function readStoredState(directory: string, say: Say): StoredState {
  const records = new Map<string, StateRecord>();
  const apply = (record: StateRecord) => {
    const key = keyOf(record);
    // Again at the end, so that what is newest is last.
    records.delete(key);
    if (record.what !== "gone") records.set(key, record);
  };
  const wasThere = exists(snapshotPath(directory));
  const snapshot = readStateFile(snapshotPath(directory), true, say);
  for (const record of snapshot?.records ?? []) apply(record);
  const journals = generationsIn(directory);
  // The first journal begins before the first snapshot is written, and goes when that is.
  if (!wasThere && (journals[0] ?? 1) > 1)
    say(
      `state ${printable(snapshotPath(directory))}: it is missing; what changed since it was written counts`,
    );
  for (const generation of journals) {
    if (generation < (snapshot?.generation ?? 0)) continue;
    for (const record of readStateFile(journalPath(directory, generation), false, say)?.records ?? [])
      apply(record);
  }
  pruneSetAside(directory);
  return { records, generation: Math.max(snapshot?.generation ?? 0, ...journals) };
}

/** The numbers of the journals, in order. */
export function generationsIn(directory: string): number[] {
  return readdirSync(directory)
    .flatMap((name) => /^journal-(\d{1,15})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

interface StateFile {
  readonly generation: number;
  readonly records: StateRecord[];
}

/** Null where there is none, or nothing in it can be understood. */
function readStateFile(path: string, isSnapshot: boolean, say: Say): StateFile | null {
  let content: Buffer | null;
  try {
    content = readRegularFile(path, LARGEST_STATE_BYTES);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    setAside(path, `it cannot be read: ${systemReason(error)}`, say);
    return null;
  }
  if (content === null) {
    setAside(path, "it is no regular file, or larger than any that is written", say);
    return null;
  }
  const { records: lines, damagedLines } = readLines(content);
  const header = lines.find(isHeader);
  if (header !== undefined && header.lvsPcapState !== VERSION) {
    setAside(path, `it is of version ${header.lvsPcapState}, and ${VERSION} is what this one reads`, say);
    return null;
  }
  const records = lines.map(parseRecord).filter((record) => record !== null);
  const foreign = lines.length - records.length - (header === undefined ? 0 : 1) + damagedLines;
  const lost = isSnapshot ? lostRecords(header, records.length) : null;
  if (lost !== null) setAside(path, lost, say);
  else if (foreign > 0) setAside(path, `${plural(foreign, "line")} of it damaged; the others count`, say);
  return { generation: header?.generation ?? 0, records };
}

/** A snapshot gets its name when it is whole; of a journal `kill -9` may have cut the last line. */
function lostRecords(
  header: { readonly records?: number | undefined } | undefined,
  found: number,
): string | null {
  if (header === undefined) return "its header is damaged or missing; what else it has counts";
  const lost = (header.records ?? 0) - found;
  return lost > 0 ? `${plural(lost, "record")} of it damaged or missing; the others count` : null;
}

function setAside(path: string, reason: string, say: Say): void {
  let target = "";
  for (let number = 1; ; number++) {
    target = `${path}.damaged-${number}`;
    if (!exists(target)) break;
  }
  try {
    renameSync(path, target);
    say(`state ${printable(path)}: ${reason}; set aside as ${printable(target)}`);
  } catch {
    say(`state ${printable(path)}: ${reason}, and it cannot be set aside`);
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The oldest go: a disk that damages one file after another shall not fill up with them. */
function pruneSetAside(directory: string): void {
  const aside = readdirSync(directory)
    .filter((name) => /\.damaged-\d+$/.test(name))
    .map((name) => ({ path: join(directory, name), status: lstatSync(join(directory, name)) }))
    .filter(({ status }) => !status.isDirectory())
    .toSorted((a, b) => b.status.mtimeMs - a.status.mtimeMs);
  for (const { path } of aside.slice(MOST_SET_ASIDE)) rmSync(path, { force: true });
}
