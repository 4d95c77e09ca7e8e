import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readBoundedText, type TextFile } from "../../files/bounded-text.ts";
import { broken } from "./inventory.ts";

const MOST_DEPTH = 8;
const MOST_FILES = 256;
/** Of all of them, and so of each. */
const MOST_MEBIBYTES = 4;
const MOST_BYTES = MOST_MEBIBYTES << 20;
const INCLUDED: TextFile = {
  kind: "a configuration",
  mostMebibytes: MOST_MEBIBYTES,
  code: "bad-inventory",
};

/** An included file's place among those that include each other. */
export interface IncludeTree {
  readonly file: string;
  readonly depth: number;
}

interface Included extends IncludeTree {
  readonly text: string;
}

/** Reads what a configuration includes, by a name or a pattern relative to the including file; within bounds. */
export class IncludeReader {
  private files = 0;
  private bytes = 0;

  /** @throws LvsPcapError `bad-inventory` where includes go round in circles or have no end */
  async read(from: string, line: number, pattern: string, parent: IncludeTree | null): Promise<Included[]> {
    const depth = (parent?.depth ?? 0) + 1;
    if (depth > MOST_DEPTH) broken(from, line, `more than ${MOST_DEPTH} includes in one another`);
    const included: Included[] = [];
    for (const file of await matching(dirname(resolve(from)), pattern)) {
      if (!(await isFile(file))) continue;
      this.files++;
      if (this.files > MOST_FILES) broken(from, line, `more than ${MOST_FILES} included files`);
      const text = await readBoundedText(file, INCLUDED);
      this.bytes += text.length;
      if (this.bytes > MOST_BYTES) broken(from, line, "more than 4 MiB of included files");
      included.push({ file, depth, text });
    }
    return included;
  }
}

/** Paths in order of name, as glob(3) has them: `*`, `?` and `[...]` within a part of the path. */
async function matching(folder: string, pattern: string): Promise<string[]> {
  let found = [pattern.startsWith("/") ? "/" : folder];
  for (const part of pattern.split("/").filter((name) => name !== "" && name !== ".")) {
    if (!/[*?[]/.test(part)) {
      found = found.map((path) => join(path, part));
      continue;
    }
    const isMatch = globPart(part);
    const next: string[] = [];
    for (const path of found) {
      const names = await namesIn(path);
      next.push(...names.filter((name) => isMatch.test(name)).map((name) => join(path, name)));
    }
    found = next.slice(0, MOST_FILES + 1);
  }
  return found;
}

function globPart(part: string): RegExp {
  const expression = part.replace(/\[!?[^\]]*\]|[\s\S]/g, (piece) => {
    // Runs of stars say no more than one.
    if (piece === "*") return "[^/]*?";
    if (piece === "?") return "[^/]";
    if (piece.length > 1) return piece.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return piece.replace(/[\\^$.|+()[\]{}]/, "\\$&");
  });
  return new RegExp(`^(?!\\.)${expression.replace(/(?:\[\^\/\]\*\?)+/g, "[^/]*")}$`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch {
    return [];
  }
}

/** Not for what may not be looked at, either. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
