import { createHash } from "node:crypto";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { dissect } from "./pdml.ts";

/** What the tshark at hand makes of a capture, as a PDML file. All test files of a run share it. */
export function dissectedFile(capture: string): string {
  const name = createHash("sha256").update(capture).digest("hex");
  const path = join(inject("sharedFolder"), `${name}.pdml`);
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, dissect(capture));
  renameSync(unfinished, path);
  return path;
}
