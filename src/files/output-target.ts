import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LvsPcapError } from "../errors.ts";
import { cannotWrite, systemCode } from "./system-error.ts";

/** What an option that writes asks for. */
export interface OutputRequest {
  /** As a person names it: `--output`. */
  readonly option: string;
  readonly path: string;
  /** Paths of all files that are read; `-` is standard input. None of them may be written. */
  readonly inputs: readonly string[];
  /** Whether a file may be replaced that lvs-pcap did not write. */
  readonly force: boolean;
  /** Whether lvs-pcap wrote a file that begins with these bytes, at most 4096; null keeps every file that exists. */
  readonly isOurs: ((head: Buffer) => boolean) | null;
}

/** Where the bytes go. */
export type OutputTarget =
  /** A regular file, or one that does not exist yet; no part of `path` is a symbolic link. */
  | {
      readonly kind: "file";
      /** As it was given, for messages. */
      readonly name: string;
      readonly path: string;
      readonly existing: Stats | null;
    }
  /** A device, a pipe or a socket. */
  | { readonly kind: "special"; readonly path: string }
  /** What is open already as standard output or standard error. */
  | { readonly kind: "descriptor"; readonly descriptor: number };

/** Enough of a file to recognise it. */
const HEAD_BYTES = 4096;
const STANDARD_INPUT = 0;
const STANDARD_OUTPUTS = [1, 2] as const;
/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * Says where an option writes.
 *
 * @throws LvsPcapError `bad-usage` where that is an input, a directory, or a file that lvs-pcap did not write;
 * `unwritable-file` where the operating system refuses the path
 */
export function outputTarget({ option, path, inputs, force, isOurs }: OutputRequest): OutputTarget {
  const existing = statusOf(path);
  for (const input of existing === null ? [] : inputs) {
    if (isSame(existing, inputStatus(input)))
      throw new LvsPcapError(
        "bad-usage",
        `${option} ${path}: would overwrite ${inputName(input)}, which is read`,
      );
  }
  if (existing?.isDirectory() === true)
    throw new LvsPcapError("bad-usage", `${option} ${path}: is a directory; expected the path of a file`);
  const descriptor = STANDARD_OUTPUTS.find((open) => isSame(existing, descriptorStatus(open)));
  if (descriptor !== undefined) return { kind: "descriptor", descriptor };
  if (existing !== null && !existing.isFile()) return { kind: "special", path };
  if (existing !== null && existing.size > 0 && !force && isOurs?.(headOf(path)) !== true) {
    const why = isOurs === null ? "exists already" : "exists, and is not what this option writes";
    throw new LvsPcapError("bad-usage", `${option} ${path}: ${why}; --force overrides that`);
  }
  return { kind: "file", name: path, path: withoutLinks(path), existing };
}

/** @throws LvsPcapError `bad-usage` where two options write the same file */
export function expectDistinct(requests: readonly Pick<OutputRequest, "option" | "path">[]): void {
  for (const [index, one] of requests.entries()) {
    const other = requests.slice(0, index).find(({ path }) => isSamePlace(path, one.path));
    if (other === undefined) continue;
    throw new LvsPcapError("bad-usage", `${one.option} ${one.path}: is where ${other.option} writes, too`);
  }
}

/** @throws LvsPcapError `bad-usage` where standard output is a file that is read: it would grow while it is read */
export function expectOutputIsNoInput(inputs: readonly string[]): void {
  const output = descriptorStatus(1);
  if (output?.isFile() !== true) return;
  const input = inputs.find((path) => isSame(output, inputStatus(path)));
  if (input !== undefined)
    throw new LvsPcapError("bad-usage", `standard output goes to ${inputName(input)}, which is read`);
}

function isSamePlace(a: string, b: string): boolean {
  const [one, other] = [statusOf(a), statusOf(b)];
  // Two options may both go to /dev/null, or to the same pipe.
  if (one !== null || other !== null) return one?.isFile() === true && isSame(one, other);
  return withoutLinks(a) === withoutLinks(b);
}

function inputName(input: string): string {
  return input === "-" ? "standard input" : input;
}

function isSame(a: Stats | null, b: Stats | null): boolean {
  return a !== null && b !== null && a.ino === b.ino && a.dev === b.dev;
}

function inputStatus(input: string): Stats | null {
  if (input === "-") return descriptorStatus(STANDARD_INPUT);
  try {
    return statSync(input);
  } catch {
    // An input that is not there cannot be overwritten; reading it reports why.
    return null;
  }
}

function descriptorStatus(descriptor: number): Stats | null {
  try {
    return fstatSync(descriptor);
  } catch {
    // It is closed.
    return null;
  }
}

/** Null where there is no such file yet. */
function statusOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw cannotWrite(path, error);
  }
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** The path with a symbolic link in its last part followed, even to a file that does not exist yet. */
function withoutLinks(path: string): string {
  let target = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const link = linkAt(target);
    if (link === null) return join(directoryOf(target, path), basename(target));
    target = resolve(dirname(target), link);
  }
  throw new LvsPcapError("unwritable-file", `${path}: cannot be written: too many symbolic links`);
}

function linkAt(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}

function directoryOf(path: string, name: string): string {
  const directory = dirname(path);
  try {
    return realpathSync(directory);
  } catch (error) {
    throw cannotWrite(name, error);
  }
}
