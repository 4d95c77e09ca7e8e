import { printable } from "../words/letters.ts";

const MAC = /\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/g;

/**
 * A sentence as GitHub-flavoured Markdown shows it, and nothing but text: no markup, HTML, link or mention comes of it.
 *
 * A MAC stands as code, or GitHub makes an emoji of its `:ab:`.
 */
export function prose(text: string): string {
  const parts: string[] = [];
  let from = 0;
  const clean = printable(text);
  for (const { 0: mac, index } of clean.matchAll(MAC)) {
    parts.push(escapeProse(clean.slice(from, index)), `\`${mac}\``);
    from = index + mac.length;
  }
  return [...parts, escapeProse(clean.slice(from))].join("");
}

function escapeProse(text: string): string {
  return (
    text
      .replace(/[\\`*[\]{}<>|~#&$!]/g, "\\$&")
      // Within a word it is no emphasis (GFM, section 6.2): arp_ignore stays legible.
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_")
      // GitHub looks for these in what it rendered, where a backslash is gone; a comment between keeps them apart.
      .replace(/@|:(?=\/\/)|\bwww(?=\.)|:(?=(?:\d*[a-z_+-][\w+-]*|\d{3,}):)/gi, "$&<!-- -->")
  );
}

/** Text from outside, to be shown letter by letter. */
export function code(text: string): string {
  const clean = printable(text);
  const fence = "`".repeat(longestRun(clean) + 1);
  // One space on either side is taken away again (GFM, section 6.1), and only one.
  const needsRoom = /^[` ]|[` ]$/.test(clean) && clean.trim() !== "";
  return needsRoom ? `${fence} ${clean} ${fence}` : `${fence}${clean}${fence}`;
}

/** Lines to be copied. */
export function codeBlock(lines: readonly string[], language = ""): string {
  const clean = lines.map(printable);
  const fence = "`".repeat(Math.max(3, longestRun(clean.join("\n")) + 1));
  return [`${fence}${language}`, ...clean, fence].join("\n");
}

/** Rows of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** A pipe ends a cell even within code (GFM, section 4.10), unless it is escaped; one in prose is already. */
function cell(markdown: string): string {
  return markdown.replace(/(?<!\\)((?:\\\\)*)\|/g, "$1\\|");
}

export function indent(markdown: string, by: number): string {
  return markdown
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(by) + line))
    .join("\n");
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
