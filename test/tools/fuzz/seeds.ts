import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const ROOT = join(import.meta.dirname, "..", "..", "..");
/** The repository's own captures, what its tests keep, and a collection beside the clone where there is one. */
const FOLDERS = [
  join(ROOT, "captures"),
  join(ROOT, "test", "fixtures", "captures"),
  join(ROOT, "..", "shared", "captures"),
];
/** Longer ones make slow work of what shorter ones show as well. */
const LONGEST_BYTES = 1 << 16;
const NO_CAPTURE = /\.(md|json|yaml|ts|txt)$|LICEN[CS]E|\/licences\//;

export interface Seed {
  /** Relative to the clone. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Real captures of every kind, short ones, in a fixed order. */
export function loadSeeds(): [Seed, ...Seed[]] {
  const seeds = FOLDERS.filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter(
      (file) => !NO_CAPTURE.test(file) && statSync(file).isFile() && statSync(file).size <= LONGEST_BYTES,
    )
    .toSorted()
    .flatMap(readSeeds);
  const [first, ...others] = seeds;
  if (first === undefined) throw new Error(`no captures in ${FOLDERS.join(", ")}`);
  return [first, ...others];
}

/** A compressed one counts twice: damage to the outside hardly ever gets inside. */
function readSeeds(file: string): Seed[] {
  const name = file.slice(ROOT.length + 1);
  const bytes = readFileSync(file);
  if (bytes.length < 4) return [];
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return [{ name, bytes }];
  try {
    return [
      { name, bytes },
      { name: `${name}, unpacked`, bytes: gunzipSync(bytes).subarray(0, LONGEST_BYTES) },
    ];
  } catch {
    return [{ name, bytes }];
  }
}
