import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { OutputTarget } from "./output-target.ts";
import { cannotWrite, systemCode } from "./system-error.ts";

const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const NEW_FILE_MODE = 0o666;
const PERMISSIONS = 0o777;
/** Names that a process of the same number may have left behind. */
const MOST_NAMES = 100;

const unfinished = new Set<Draft>();

/** The next content of a file, in a temporary file beside it. */
export class Draft {
  /** Of the temporary file. */
  readonly path: string;
  private readonly name: string;
  private readonly target: string;
  private descriptor: number | null;
  private length = 0;

  /** @throws LvsPcapError `unwritable-file` */
  constructor({ name, path, existing }: Omit<OutputTarget & { kind: "file" }, "kind">) {
    this.name = name;
    this.target = path;
    [this.path, this.descriptor] = this.attempt(() => create(dirname(path)));
    unfinished.add(this);
    if (existing !== null) keepOwner(this.descriptor, existing);
  }

  /** @throws LvsPcapError `unwritable-file` */
  write(bytes: Uint8Array): void {
    this.attempt(() => {
      for (let written = 0; written < bytes.length; )
        written += writeSync(this.open, bytes, written, bytes.length - written, this.length + written);
    });
    this.length += bytes.length;
  }

  /** Begins again with an empty file. */
  clear(): void {
    this.attempt(() => ftruncateSync(this.open, 0));
    this.length = 0;
  }

  /** Puts the draft in the place of the file once it is on the disk. */
  commit(): void {
    this.attempt(() => {
      fsyncSync(this.open);
      this.close();
      renameSync(this.path, this.target);
    });
    unfinished.delete(this);
    syncDirectory(dirname(this.target));
  }

  /** Removes what was not committed; what was is left alone. */
  discard(): void {
    if (!unfinished.delete(this)) return;
    try {
      this.close();
    } catch {
      // Its content is not wanted.
    }
    try {
      rmSync(this.path, { force: true });
    } catch {
      // It stays behind under its temporary name.
    }
  }

  private get open(): number {
    if (this.descriptor === null) throw new Error(`${this.path} is closed`);
    return this.descriptor;
  }

  private close(): void {
    const { descriptor } = this;
    this.descriptor = null;
    if (descriptor !== null) closeSync(descriptor);
  }

  private attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw cannotWrite(this.name, error);
    }
  }
}

/** For a process that is told to end: removes every temporary file. */
export function discardDrafts(): void {
  for (const draft of [...unfinished]) draft.discard();
}

function create(directory: string): [path: string, descriptor: number] {
  for (let number = 1; ; number++) {
    const path = join(directory, `.lvs-pcap-${process.pid}-${number}.tmp`);
    try {
      return [path, openSync(path, FLAGS, NEW_FILE_MODE)];
    } catch (error) {
      if (systemCode(error) !== "EEXIST" || number >= MOST_NAMES) throw error;
    }
  }
}

/** A file that is replaced keeps its permissions, and its owner where this process may give files away. */
function keepOwner(descriptor: number, { mode, uid, gid }: Stats): void {
  try {
    if (uid !== process.getuid?.() || gid !== process.getgid?.()) fchownSync(descriptor, uid, gid);
  } catch {
    // Only root may.
  }
  try {
    fchmodSync(descriptor, mode & PERMISSIONS);
  } catch {
    // A file system without permissions.
  }
}

/** So that the new name outlives a loss of power. */
function syncDirectory(directory: string): void {
  try {
    const descriptor = openSync(directory, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Some file systems sync no directories.
  }
}
