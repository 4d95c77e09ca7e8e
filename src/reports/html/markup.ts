import { printable } from "../../words/letters.ts";

/** Source text of the page that is safe as it stands. Only `html` makes it, and everything put into that is escaped. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What a template takes: nothing, text, a number, markup, or several of them. */
export type Content = Markup | string | number | null | false | undefined | readonly Content[];

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Text from anywhere, made fit for an element's content and for a quoted attribute. */
function escapeText(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? "");
}

/** A piece of the page: the template's own text is markup, and what is put in is escaped unless it is markup, too. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Markup {
  let source = strings[0] ?? "";
  contents.forEach((content, index) => {
    source += sourceOf(content) + (strings[index + 1] ?? "");
  });
  return new Markup(source);
}

function sourceOf(content: Content): string {
  if (content instanceof Markup) return content.source;
  if (typeof content === "string") return escapeText(content);
  if (typeof content === "number") return String(content);
  if (content === null || content === undefined || content === false) return "";
  return content.map(sourceOf).join("");
}
