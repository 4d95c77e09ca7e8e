import { LvsPcapError } from "../../errors.ts";

/**
 * A command as its program and arguments: words are separated by blanks, quotes hold them together, a backslash outside
 * of single quotes takes the next character as it is. Nothing is expanded, since no shell is involved.
 *
 * @throws LvsPcapError `bad-usage`
 */
export function commandWords(text: string): [program: string, ...args: string[]] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\" && quote !== "'" && at + 1 < text.length) {
      word = (word ?? "") + text.charAt(++at);
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else word = (word ?? "") + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== null) throw new LvsPcapError("bad-usage", `--exec ${text}: a quote is not closed`);
  if (word !== null) words.push(word);
  const [program, ...args] = words;
  if (program === undefined || program === "") {
    throw new LvsPcapError(
      "bad-usage",
      `--exec ${JSON.stringify(text)}: expected a program and its arguments`,
    );
  }
  return [program, ...args];
}
