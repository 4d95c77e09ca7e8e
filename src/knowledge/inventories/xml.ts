import { XMLParser, XMLValidator } from "fast-xml-parser";
import { oneLine } from "../quoted.ts";
import { broken } from "./inventory.ts";
import { isRecord } from "./json-values.ts";

/** Deeper than any tool's output nests. */
const MOST_LEVELS = 64;

const ATTRIBUTE = "@";

/** An element's attributes are under `@name`, its children, always lists, under their names, its text under `#text`. */
export type XmlElement = Readonly<Record<string, unknown>>;

/**
 * The elements of a file that may hold several documents, one after another, as `virsh dumpxml` of several domains.
 *
 * Entities are not expanded, and a document type that declares any is refused.
 *
 * @throws LvsPcapError `bad-inventory`
 */
export function parseXml(file: string, text: string): XmlElement {
  const declares = /<!DOCTYPE[^>[]*\[/i.exec(text) ?? /<!ENTITY/i.exec(text);
  if (declares !== null)
    broken(file, lineAt(text, declares.index), "declares XML entities, which no inventory needs; not read");
  // Only once, and first, may a document have these; several documents may have several.
  const body = text.replace(/^\ufeff/, "").replace(/<\?[^>]*\?>|<!DOCTYPE[^>]*>/gi, "");
  const wrapped = `<inventory>${body}</inventory>`;
  const checked = XMLValidator.validate(wrapped);
  if (checked !== true) broken(file, checked.err.line, `not XML: ${oneLine(checked.err.msg)}`);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: ATTRIBUTE,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
    maxNestedTags: MOST_LEVELS,
  });
  try {
    const parsed: unknown = parser.parse(wrapped);
    const [root] = isRecord(parsed) ? elementsIn(parsed, "inventory") : [];
    return root ?? {};
  } catch (error) {
    return broken(file, 1, `not XML: ${oneLine(error instanceof Error ? error.message : String(error))}`);
  }
}

export function elementsIn(element: XmlElement, ...path: readonly string[]): XmlElement[] {
  let found: XmlElement[] = [element];
  for (const name of path) {
    found = found.flatMap((parent) => {
      const children = Object.hasOwn(parent, name) ? parent[name] : undefined;
      return Array.isArray(children) ? children.filter(isRecord) : [];
    });
  }
  return found;
}

export function attributeOf(element: XmlElement, name: string): string | undefined {
  const key = `${ATTRIBUTE}${name}`;
  const value = Object.hasOwn(element, key) ? element[key] : undefined;
  return typeof value === "string" ? withPredefined(value) : undefined;
}

/** The text of the first child of this name. */
export function textIn(element: XmlElement, name: string): string | undefined {
  const children = Object.hasOwn(element, name) ? element[name] : undefined;
  const first: unknown = Array.isArray(children) ? children[0] : undefined;
  const text = isRecord(first) ? first["#text"] : first;
  return typeof text === "string" ? withPredefined(text) : undefined;
}

/** The five that XML itself has (section 4.6), and characters by number. */
function withPredefined(text: string): string {
  return text.replace(
    /&(?:(lt|gt|quot|apos|amp)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (whole, name, decimal, hex) => {
      if (name !== undefined) return PREDEFINED.get(String(name).toLowerCase()) ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["amp", "&"],
]);

/** Where a value stands in the file: the first line that names it, or else the next one of those given; 1 for none. */
export function lineOf(text: string, ...values: readonly string[]): number {
  for (const value of values) {
    const at = value === "" ? -1 : text.indexOf(value);
    if (at >= 0) return lineAt(text, at);
  }
  return 1;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
