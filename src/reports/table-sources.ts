import { printable } from "../words/letters.ts";
import { inventoryText } from "./inventory-summary.ts";
import type { Report } from "./report.ts";
import { differenceTexts, opinionText } from "./second-opinion-text.ts";
import type { Style } from "./style.ts";
import { wrap } from "./wrap.ts";

/** What another decoder says of the capture, as lines that are not wrapped yet; none where it was not asked. */
export function opinionLines({ secondOpinion, captures }: Report, capture: number, style: Style): string[] {
  const opinion = secondOpinion?.find((each) => each.capture === capture);
  if (opinion === undefined) return [];
  const sentence = printable(opinionText(opinion, captures));
  return [
    opinion.verified === false ? style.critical(sentence) : sentence,
    ...differenceTexts(opinion).map(printable),
  ];
}

/** The inventories, what each had to say, and what of it was left out. */
export function inventoryLines({ inventories }: Report, width: number, style: Style): string {
  const lines = [style.strong("known beforehand")];
  const add = (text: string, indent: number) => {
    const [head = "", ...tail] = wrap(printable(text), width - indent - 2);
    lines.push(" ".repeat(indent) + head, ...tail.map((line) => " ".repeat(indent + 2) + line));
  };
  for (const inventory of inventories) {
    add(`${inventory.file}, ${inventoryText(inventory)}`, 2);
    for (const note of inventory.notes) add(note, 4);
  }
  return lines.join("\n");
}
