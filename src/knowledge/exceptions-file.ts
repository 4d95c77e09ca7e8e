import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { LvsPcapError } from "../errors.ts";
import { readBoundedText, type TextFile } from "../files/bounded-text.ts";
import { exceptionOf, type KnownException, MOST_EXCEPTIONS } from "./exceptions.ts";
import { oneLine } from "./quoted.ts";

const EXCEPTIONS: TextFile = { kind: "a list of exceptions", mostMebibytes: 4, code: "bad-usage" };

/**
 * Reads known exceptions from a YAML or JSON file: a list of `{ mac, ip, kind, until, why }`.
 *
 * @throws LvsPcapError `unreadable-file`, or `bad-usage` naming the file and the line
 */
export async function readExceptionsFile(path: string): Promise<KnownException[]> {
  const text = await readBoundedText(path, EXCEPTIONS);
  const lines = new LineCounter();
  // A date stays text: YAML's own timestamps would lose what was written.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: "failsafe" });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new LvsPcapError("bad-usage", `${path}:${line}: not YAML: ${broken.message.split("\n", 1)[0]}`);
  }
  const { contents } = document;
  const lineOf = (node: Node | null) => `${path}:${lines.linePos(node?.range?.[0] ?? 0).line}`;
  if (!isSeq<Node | null>(contents))
    throw new LvsPcapError("bad-usage", `${lineOf(contents)}: expected a list of exceptions`);
  if (contents.items.length > MOST_EXCEPTIONS)
    throw new LvsPcapError("bad-usage", `${path}: more than ${MOST_EXCEPTIONS} exceptions`);
  return contents.items.map((item) => exceptionOf(fieldsOf(item, lineOf(item)), lineOf(item)));
}

function fieldsOf(item: Node | null, where: string): Map<string, string> {
  if (!isMap<Node, Node | null>(item)) {
    throw new LvsPcapError("bad-usage", `${where}: expected a mapping with mac, ip, kind, until or why`);
  }
  const fields = new Map<string, string>();
  for (const { key, value } of item.items) {
    if (!isScalar(key) || !isScalar(value))
      throw new LvsPcapError("bad-usage", `${where}: expected plain text`);
    fields.set(oneLine(String(key.value)), String(value.value));
  }
  return fields;
}
