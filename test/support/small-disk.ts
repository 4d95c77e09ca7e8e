import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { afterAll } from "vitest";
import { scratchPath } from "./scratch.ts";

/**
 * Mounts a disk of 128 KiB, which a test can fill. It goes when the test file is done.
 *
 * @returns its path, and why there is none: only root can have one
 */
export function smallDisk(): { readonly path: string; readonly unavailable: string | null } {
  const path = scratchPath("small-disk");
  mkdirSync(path);
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k", "none", path], {
    encoding: "utf8",
  });
  if (status !== 0) return { path, unavailable: (stderr ?? "no mount").trim() };
  afterAll(() => {
    // Lazily: a test may have left a file open.
    spawnSync("umount", ["--lazy", path]);
  });
  return { path, unavailable: null };
}
