import { closeSync, linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LvsPcapError } from "../../errors.ts";
import { systemCode } from "../../files/system-error.ts";
import { createFile, readRegularFile } from "./directory.ts";
import { isCount, isString, objectOf, orNull, type Shape } from "./shape.ts";

const NAME = "lock";
const LONGEST_BYTES = 1000;

/** A process, so that another one which has got its number is not taken for it. */
const isOwner = objectOf({ process: isCount, started: orNull(isString) });
type Owner = typeof isOwner extends Shape<infer T> ? T : never;

/** Keeps a second watcher out of a directory; whoever was killed holds nothing any more. */
export class DirectoryLock {
  private readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws LvsPcapError `bad-usage` where another process that lives holds it, or the directory cannot be written */
  static take(directory: string): DirectoryLock {
    const path = join(directory, NAME);
    const own = join(directory, `${NAME}.${process.pid}`);
    const owner: Owner = { process: process.pid, started: startOf(process.pid) };
    const file = createFile(own);
    try {
      writeFileSync(file, `${JSON.stringify(owner)}\n`);
    } finally {
      closeSync(file);
    }
    try {
      for (;;) {
        if (link(own, path)) return new DirectoryLock(path);
        const holder = holderOf(path);
        if (holder !== null && lives(holder)) {
          throw new LvsPcapError(
            "bad-usage",
            `--state ${directory}: another lvs-pcap (process ${holder.process}) keeps its state there`,
          );
        }
        // Of two that find it abandoned one gets to move it.
        try {
          renameSync(path, `${own}.abandoned`);
        } catch {
          // The other did.
        }
      }
    } finally {
      unlinkSync(own);
      rmSync(`${own}.abandoned`, { force: true });
    }
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

function link(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

function holderOf(path: string): Owner | null {
  try {
    const content: unknown = JSON.parse(readRegularFile(path, LONGEST_BYTES)?.toString() ?? "");
    return isOwner(content) ? content : null;
  } catch {
    return null;
  }
}

function lives({ process: pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    if (systemCode(error) !== "EPERM") return false;
  }
  const now = startOf(pid);
  return now === null || started === null || now === started;
}

/** Boot and clock tick at which the process began (proc(5), starttime); null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name, in which anything may stand.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return ticks === undefined ? null : `${boot} ${ticks}`;
  } catch {
    return null;
  }
}
