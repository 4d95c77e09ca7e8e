/** A terminal's colours, which take no room. */
const COLOURS = /\p{Cc}\[[0-9;]*m/gu;

/** Breaks at spaces; a longer word, a filter or a command, stays whole so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** In columns of a terminal. */
export function widthOf(text: string): number {
  return text.replace(COLOURS, "").length;
}
