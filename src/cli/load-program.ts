import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";

/** The whole command in one file. */
export const PROGRAM_FILE = "program.js";
/**
 * What V8 made of it when it was built, so that it need not be compiled anew at every start. Only for the very Node that
 * made it: V8 asks for its own version and flags, and takes what a Node 20.20 made for a Node 20.19, where it fails.
 */
export const CODE_CACHE_FILE = `program.${process.version}-${process.arch}.code-cache`;

export interface Program {
  /** @returns what a later start is spared: the code of every function that has run by now */
  codeCache(): Uint8Array;
  run(): void;
}

/**
 * Without a code cache, or with one that was damaged, each function is compiled when it is first called, as ever.
 *
 * @param directory where a build put both files
 */
export function loadProgram(directory: string): Program {
  const file = join(directory, PROGRAM_FILE);
  const cachedData = readIfThere(join(directory, CODE_CACHE_FILE));
  const source = `(function (require, __dirname) {${readFileSync(file, "latin1")}\n})`;
  const script = new Script(source, {
    filename: pathToFileURL(file).href,
    ...(cachedData !== null && { cachedData }),
  });
  return {
    codeCache: () => script.createCachedData(),
    run: () => script.runInThisContext()(createRequire(file), directory),
  };
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
