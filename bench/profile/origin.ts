/**
 * Which source file the lines of a built one come from. A bundle says so itself: esbuild puts a comment with the path
 * before each module.
 */
export class Origins {
  private readonly starts: { readonly line: number; readonly source: string }[] = [];
  private readonly lines: readonly string[];

  /** @param text of a built file */
  constructor(text: string) {
    this.lines = text.split("\n");
    for (const [index, line] of this.lines.entries()) {
      const [, source] = /^\s*\/\/ ((?:src|node_modules)\/\S+|package\.json)$/.exec(line) ?? [];
      if (source !== undefined) this.starts.push({ line: index + 1, source });
    }
  }

  /** Null where the file is no bundle, or the line comes before its first module. */
  sourceAt(line: number): string | null {
    return this.starts.findLast((start) => start.line <= line)?.source ?? null;
  }

  textAt(line: number): string {
    return this.lines[line - 1]?.trim() ?? "";
  }
}

/** What V8 gives no script for. */
const NAMELESS: ReadonlyMap<string, string> = new Map([
  ["(garbage collector)", "garbage collection"],
  ["(idle)", "idle: waiting for bytes"],
  ["(program)", "outside of any function: compiling, the event loop"],
  ["read", "read(): the kernel's copy"],
  ["readSync", "read(): the kernel's copy"],
]);

/**
 * The room of the architecture that a source file is in, or what else it belongs to.
 *
 * @param source a path from the repository's root; null where the code is not from a file of it
 * @param url V8's name of the script
 */
export function roomOf(source: string | null, url: string, functionName: string): string {
  if (source === null) {
    if (url.startsWith("node:")) return "Node itself";
    return NAMELESS.get(functionName) ?? "V8's and Node's functions in C++";
  }
  const parts = source.split("/");
  const [top = "", room = ""] = parts;
  if (top === "node_modules") return `package ${room.startsWith("@") ? `${room}/${parts[2]}` : room}`;
  return top === "src" && parts.length > 2 ? room : "the rest of src";
}
