import { GROUPS, otherNamesOf, type TopicName, topicOf } from "../explain/topics.ts";
import { PLACEHOLDERS, type Step } from "../kinds/topic.ts";
import { styleFor } from "./style.ts";
import { wrap } from "./wrap.ts";

const WIDTH = 80;

/** One name explained, for a terminal. */
export function explainText(name: TopicName, { color }: { color: boolean }): string {
  const style = styleFor(color);
  const { title, meaning, cause, confirm, fix } = topicOf(name);
  const section = (heading: string, lines: readonly string[]) => [
    "",
    `  ${style.strong(heading)}`,
    ...lines.map((line) => (line === "" ? "" : `    ${line}`)),
  ];
  const [first = "", ...rest] = wrap(`${name}: ${title}.`, WIDTH);
  const others = otherNamesOf(name);
  const placeholders = placeholdersIn([...confirm, ...fix]);
  return `${[
    style.strong(first),
    ...rest.map((line) => style.strong(line)),
    ...section("What it means", paragraphs(meaning)),
    ...section("How it comes about", paragraphs(cause)),
    ...section("How to confirm it", confirm.flatMap(stepLines)),
    ...section("How to fix it", fix.length === 0 ? ["There is nothing to fix."] : fix.flatMap(stepLines)),
    ...(others.length === 0
      ? []
      : section(
          "What other tools call it",
          others.flatMap(([program, other]) => wrap(`${program}: ${other}`, WIDTH - 4)),
        )),
    ...(placeholders.length === 0
      ? []
      : section("In these commands", placeholders.flatMap(placeholderLines))),
  ].join("\n")}\n`;
}

/** Every name there is, with its line. */
export function explainList({ color }: { color: boolean }): string {
  const style = styleFor(color);
  const groups = GROUPS.map(({ heading, names }) =>
    [
      style.strong(heading),
      ...names.flatMap((name) => [
        `  ${name}`,
        ...wrap(topicOf(name).title, WIDTH - 6).map((line) => `      ${line}`),
      ]),
    ].join("\n"),
  );
  return `${groups.join("\n\n")}\n\nlvs-pcap explain <name> says what it means, how to confirm it, and how to fix it.\n`;
}

/** The names in capitals that the steps' commands use, with what they stand for. */
function placeholdersIn(steps: readonly Step[]): [string, string][] {
  const commands = steps.flatMap(({ run }) => run ?? []).join("\n");
  return Object.entries(PLACEHOLDERS).filter(([name]) =>
    new RegExp(`(?<![A-Z-])${name}(?![A-Z-])`).test(commands),
  );
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, index) => [...(index === 0 ? [] : [""]), ...wrap(text, WIDTH - 4)]);
}

function stepLines({ say, run }: Step, index: number): string[] {
  const [first = "", ...rest] = wrap(say, WIDTH - 7);
  return [
    `${index + 1}. ${first}`,
    ...rest.map((line) => `   ${line}`),
    ...(run ?? []).map((command) => `     ${command}`),
  ];
}

function placeholderLines([name, stands]: [string, string]): string[] {
  return [`${name.padEnd(9)}  ${stands}`];
}
