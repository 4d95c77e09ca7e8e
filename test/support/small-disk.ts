import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { afterAll } from "vitest";
import { scratchPath } from "./scratch.ts";

/** A disk of 64 KiB, so that it can be filled; only root can have one. */
export const DISK = scratchPath("small-disk");
/** Why there is none; null where there is one. */
export const NO_DISK = mountDisk();
/** For the name of a suite that needs it. */
export const NO_DISK_NOTE = NO_DISK === null ? "" : ` (skipped: ${NO_DISK})`;

function mountDisk(): string | null {
  mkdirSync(DISK);
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", DISK], {
    encoding: "utf8",
  });
  if (status !== 0) return (stderr ?? "no mount").trim();
  afterAll(() => {
    // Lazily: a test may have left a file open.
    spawnSync("umount", ["--lazy", DISK]);
  });
  return null;
}
