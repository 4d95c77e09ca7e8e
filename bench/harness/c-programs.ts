import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const { CC: compiler = "cc" } = process.env;

/** @returns the path of the program built from `bench/NAME.c`, or why there is none */
export function buildC(
  name: string,
  directory: string,
): { readonly path: string } | { readonly reason: string } {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  const built = spawnSync(compiler, ["-O2", "-o", path, join(import.meta.dirname, `../${name}.c`)], {
    encoding: "utf8",
  });
  if (built.error !== undefined) return { reason: `no C compiler: ${built.error.message}` };
  if (built.status !== 0) return { reason: `${compiler} failed: ${built.stderr.trim().split("\n", 1)[0]}` };
  return { path };
}
