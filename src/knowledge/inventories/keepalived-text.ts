import type { IncludeReader, IncludeTree } from "./include-files.ts";
import { broken, linesOf } from "./inventory.ts";

/** One line of keepalived.conf: its words, and the lines between the braces that follow them. */
export interface Statement {
  readonly words: readonly string[];
  readonly file: string;
  readonly line: number;
  /** Null where no brace follows. */
  readonly block: readonly Statement[] | null;
}

/** Nested deeper no configuration is. */
const MOST_LEVELS = 32;
/** A definition may be made of others; keepalived itself goes 10 levels down. */
const MOST_EXPANSIONS = 10;
const LONGEST_LINE = 1 << 16;
/** Lines that definitions may make of one file. */
const MOST_EXPANDED = 1 << 16;

interface Open {
  readonly words: readonly string[];
  readonly file: string;
  readonly line: number;
  readonly block: Statement[];
}

/** Reads keepalived.conf(5) into statements: comments, quotes, definitions, conditions and includes are resolved here. */
export class KeepalivedText {
  readonly notes: string[] = [];
  private readonly definitions = new Map<string, readonly string[]>();
  private readonly includes: IncludeReader;
  private expanded = 0;

  constructor(includes: IncludeReader) {
    this.includes = includes;
  }

  /** @throws LvsPcapError `bad-inventory` for a brace without its other half */
  async parse(file: string, text: string): Promise<Statement[]> {
    const top: Statement[] = [];
    const open: Open[] = [];
    await this.readInto(top, open, file, text, null);
    const unclosed = open.at(-1);
    if (unclosed !== undefined) {
      broken(
        unclosed.file,
        unclosed.line,
        `the block ${unclosed.words.join(" ")} is never closed; expected a }`,
      );
    }
    return top;
  }

  private async readInto(
    top: Statement[],
    open: Open[],
    file: string,
    text: string,
    tree: IncludeTree | null,
  ): Promise<void> {
    let defined: { name: string; lines: string[] } | null = null;
    for (const [raw, line] of linesOf(text)) {
      if (raw.length > LONGEST_LINE) broken(file, line, "a line of more than 64 KiB");
      const code = withoutComment(raw);
      if (defined !== null) {
        defined.lines.push(code.replace(/\\\s*$/, ""));
        if (!/\\\s*$/.test(code)) {
          this.definitions.set(defined.name, defined.lines);
          defined = null;
        }
        continue;
      }
      const definition = /^\s*\$([A-Za-z0-9_]+)\s*=\s*(.*)$/.exec(code);
      if (definition !== null) {
        const [, name = "", value = ""] = definition;
        if (/\\\s*$/.test(value)) defined = { name, lines: [value.replace(/\\\s*$/, "")] };
        else this.definitions.set(name, [value]);
        continue;
      }
      // `@main` and `@^main`: a line for the machine that was started with -i main, or for all others. Which one this
      // is cannot be known; both sorts name directors.
      const unconditional = code.replace(/^\s*@\^?[A-Za-z0-9_-]+\s/, "");
      if (/~(SEQ|LST)\(/.test(unconditional)) {
        this.notes.push(`${file}:${line}: ~SEQ and ~LST are not expanded; what this line makes is left out`);
        continue;
      }
      for (const expanded of this.expand(unconditional, MOST_EXPANSIONS, file, line)) {
        await this.readLine(top, open, file, line, expanded, tree);
      }
    }
  }

  private async readLine(
    top: Statement[],
    open: Open[],
    file: string,
    line: number,
    code: string,
    tree: IncludeTree | null,
  ): Promise<void> {
    let words: string[] = [];
    const target = () => open.at(-1)?.block ?? top;
    const end = () => {
      if (words.length > 0) target().push({ words, file, line, block: null });
      words = [];
    };
    const tokens = tokensOf(code);
    const [keyword, path] = tokens;
    if (keyword !== undefined && path !== undefined && /^include[a-z]?$/.test(keyword)) {
      const included = await this.includes.read(file, line, path, tree);
      if (included.length === 0) this.notes.push(`${file}:${line}: include ${path}: no such file here`);
      for (const { text, ...inner } of included) await this.readInto(top, open, inner.file, text, inner);
      return;
    }
    for (const token of tokens) {
      if (token === "{") {
        const named = words.length > 0 ? { words, file, line } : namedBefore(target());
        if (named === null) broken(file, line, "a { without a name before it");
        if (open.length >= MOST_LEVELS) broken(file, line, `more than ${MOST_LEVELS} blocks in one another`);
        const block: Statement[] = [];
        target().push({ ...named, block });
        open.push({ ...named, block });
        words = [];
      } else if (token === "}") {
        end();
        if (open.pop() === undefined) broken(file, line, "a } that closes nothing");
      } else {
        words.push(token);
      }
    }
    end();
  }

  /** `$NAME` and `${NAME}`; a definition of several lines stands for all of them. */
  private expand(code: string, levels: number, file: string, line: number): string[] {
    const found = /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/.exec(code);
    const value = found === null ? undefined : this.definitions.get(found[1] ?? found[2] ?? "");
    if (found === null || value === undefined || levels === 0) return [code];
    this.expanded += value.length;
    if (this.expanded > MOST_EXPANDED || code.length > LONGEST_LINE)
      broken(file, line, "definitions that make too much of one another");
    const before = code.slice(0, found.index);
    const after = code.slice(found.index + found[0].length);
    return value.flatMap((text, index) => {
      const isLast = index === value.length - 1;
      const made = `${index === 0 ? before : ""}${text}${isLast ? after : ""}`;
      return this.expand(made, levels - 1, file, line);
    });
  }
}

/** The name of a block whose brace stands on a line of its own, taken back from the statements. */
function namedBefore(statements: Statement[]): Statement | null {
  const last = statements.at(-1);
  if (last === undefined || last.block !== null) return null;
  statements.pop();
  return last;
}

/** `decomment` of keepalived's parser.c: `!` and `#` begin one anywhere but in quotes or after a backslash. */
function withoutComment(line: string): string {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "#" || character === "!")) return line.slice(0, at);
  }
  return line;
}

/** Words, quoted ones without their quotes, and braces. */
function tokensOf(code: string): string[] {
  return [...code.matchAll(/"((?:[^"\\]|\\.)*)"?|[{}]|[^\s"{}]+/g)].map(([token, quoted]) => quoted ?? token);
}
