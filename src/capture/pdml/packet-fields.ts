import { type MatcherView, XMLParser } from "fast-xml-parser";

/** What an element of a packet says, its numbers not yet looked at. Absent attributes are undefined. */
export interface PdmlElement {
  readonly name?: string;
  /** For people, and for numbers and addresses also for programs. */
  readonly show?: string;
  /** The bytes in hexadecimal; of a bit field its value. */
  readonly value?: string;
  /** Of a bit field the bytes that it is part of. */
  readonly unmaskedvalue?: string;
  readonly pos?: string;
  readonly size?: string;
}

/** Told of a packet's protocols and fields in the order of the document. */
export interface PdmlVisitor {
  /** @param depth 1 for the packet's own protocols, more for those inside others, as an ICMP error quotes them */
  protocol(element: PdmlElement, depth: number): void;
  field(element: PdmlElement): void;
}

const ATTRIBUTES: readonly string[] = ["name", "show", "value", "unmaskedvalue", "pos", "size"];

/** Walks through the elements of one packet at a time. */
export class PdmlPacketParser {
  private visitor: PdmlVisitor | null = null;
  private readonly parser = new XMLParser({
    ignoreAttributes: (name) => !ATTRIBUTES.includes(name),
    attributeNamePrefix: "",
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    // Neither Wireshark's numbers and addresses nor its hexadecimal need one.
    processEntities: false,
    jPath: false,
    maxNestedTags: 256,
    updateTag: (tag, path, attributes) => {
      if (typeof path !== "string") this.visit(tag, path, attributes);
      // Nothing is kept: this is how a parser of documents becomes one of events.
      return false;
    },
  });

  /**
   * @param xml one `<packet>` element; what is missing of its end is taken as closed
   * @returns whether it is well-formed, as far as anybody looks
   */
  parse(xml: string, visitor: PdmlVisitor): boolean {
    this.visitor = visitor;
    try {
      this.parser.parse(xml);
      return true;
    } catch {
      return false;
    }
  }

  private visit(tag: string, path: MatcherView, attributes: PdmlElement | undefined): void {
    if (tag === "field") this.visitor?.field(attributes ?? {});
    else if (tag === "proto") this.visitor?.protocol(attributes ?? {}, path.getDepth() - 1);
  }
}
