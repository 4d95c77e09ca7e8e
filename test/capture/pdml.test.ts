import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPdml } from "../../src/capture/pdml/read-pdml.ts";
import { LvsPcapError } from "../../src/index.ts";
import { type SeenFrame, sourceInPieces } from "../support/byte-sources.ts";
import { GATEWAY, VIP } from "../support/frames.ts";
import { PATIENCE } from "../support/patience.ts";
import { keptDissection, packetElement, pdml, protocolOf } from "../support/pdml.ts";
import { whoHas } from "../support/traffic.ts";

interface Read {
  readonly frames: (SeenFrame & { readonly number: number })[];
  readonly linkTypes: number[];
  readonly problem: string | null;
  readonly bytes: number;
}

async function read(document: Uint8Array, pieces: readonly number[] = [1 << 20]): Promise<Read> {
  const frames: Read["frames"] = [];
  const linkTypes: number[] = [];
  let number = 0;
  const end = await readPdml(sourceInPieces(document, pieces, "x.pdml"), new Uint8Array(0), {
    link: (linkType) => linkTypes.push(linkType),
    interface: () => undefined,
    skipTo: (next) => {
      number = next - 1;
    },
    frame(view, start, capturedBytes, originalBytes, seconds, nanoseconds) {
      const hex = Buffer.from(view.buffer, view.byteOffset + start, capturedBytes).toString("hex");
      frames.push({ number: ++number, hex, originalBytes, seconds, nanoseconds });
    },
  });
  return { frames, linkTypes, ...end };
}

const REQUEST = whoHas(VIP, GATEWAY);
const LAYERS = protocolOf("eth", 0, REQUEST.subarray(0, 14)) + protocolOf("arp", 14, REQUEST.subarray(14));
const PACKET = packetElement({ layers: LAYERS });

describe("a dissection", () => {
  it("gives every frame's bytes back, with number, time and length", async () => {
    expect(await read(pdml(PACKET))).toMatchObject({
      frames: [
        {
          number: 1,
          hex: REQUEST.toString("hex"),
          originalBytes: 42,
          seconds: 1_700_000_000,
          nanoseconds: 1,
        },
      ],
      linkTypes: [1],
      problem: null,
    });
  });

  it("gives the same however it comes in pieces", async () => {
    const document = keptDissection("suri_arp_vlan123");
    const whole = await read(document);
    expect(whole.frames.map(({ hex }) => hex.length / 2)).toEqual([46, 50, 54]);
    const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sizes, async (pieces) => {
        expect(await read(document, pieces)).toEqual(whole);
      }),
      { numRuns: 50 * PATIENCE },
    );
  });

  it("keeps the frames' own numbers where it was filtered", async () => {
    const { frames, problem } = await read(keptDissection("problem-3-arp-only"));
    expect(frames.map(({ number }) => number)).toEqual([1, 2, 4, 5, 7, 8]);
    expect(problem).toBeNull();
  });

  it("takes bits' bytes from what they are part of", async () => {
    const bit = `<proto name="eth" pos="0" size="2"><field name="eth.ig" pos="0" size="2" show="1" value="1" unmaskedvalue="0180"/></proto>`;
    expect((await read(pdml(packetElement({ length: 2, layers: bit })))).frames[0]?.hex).toBe("0180");
  });

  it("takes nothing from what was put together of several frames", async () => {
    const foreign =
      protocolOf("ah", 0, Buffer.alloc(24, 0xaa)) + protocolOf("icmp", 24, Buffer.alloc(18, 0xbb));
    const { frames } = await read(pdml(packetElement({ layers: LAYERS + foreign })));
    expect(frames[0]?.hex).toBe(REQUEST.toString("hex"));
  });

  it("has zeros where a protocol leaves bytes unexplained, and ends where none tells of any", async () => {
    const layers = `<proto name="eth" pos="0" size="14"><field name="eth.dst" pos="0" size="6" show="" value="ffffffffffff"/></proto>`;
    const { frames } = await read(pdml(packetElement({ length: 60, layers })));
    expect(frames[0]).toMatchObject({ hex: `ffffffffffff${"00".repeat(8)}`, originalBytes: 60 });
  });

  it("ends a frame at the first protocol that was filtered out, and says so where none of it is left", async () => {
    const filtered = (name: string, pos: number) =>
      `<proto name="${name}" size="14" pos="${pos}"><field name="filtered" value="${name}" /></proto>`;
    const arpOnly = filtered("eth", 0) + protocolOf("arp", 14, REQUEST.subarray(14));
    const ethOnly = protocolOf("eth", 0, REQUEST.subarray(0, 14)) + filtered("arp", 14);
    const { frames, problem } = await read(
      pdml(packetElement({ layers: arpOnly }), packetElement({ number: 2, layers: ethOnly })),
    );
    expect(frames.map(({ hex }) => hex.length / 2)).toEqual([0, 14]);
    expect(problem).toBe(
      "x.pdml: 1 of 2 frames lack their link layer's fields; expected an export of all protocols, without -j or -J",
    );
  });

  it("tells the interfaces on which frames were captured, by name or by number", async () => {
    const on = (id: number, name: string) =>
      PACKET.replace(
        '<field name="frame.encap_type"',
        `<field name="frame.interface_id" show="${id}" pos="0" size="0"><field name="frame.interface_name" show="${name}" pos="0" size="0"/></field><field name="frame.encap_type"`,
      );
    const told: unknown[] = [];
    const document = pdml(on(0, "lan0"), on(0, "lan0"), on(1, "unknown"), on(0, "lan0"));
    await readPdml(sourceInPieces(document, [1 << 20]), new Uint8Array(0), {
      link: () => undefined,
      interface: (captured) => told.push(captured),
      skipTo: () => undefined,
      frame: () => undefined,
    });
    expect(told).toEqual([
      { index: 0, network: "lan0" },
      { index: 1, network: "interface 1" },
      { index: 0, network: "lan0" },
    ]);
  });

  it("may colour its packets, as tshark --color does", async () => {
    const coloured = PACKET.replace("<packet>", "<packet foreground='#12272e' background='#daeeff'>");
    expect((await read(pdml(coloured))).frames).toHaveLength(1);
  });

  it("is cut short without its end, and gives what was there", async () => {
    const document = pdml(PACKET, packetElement({ number: 2, layers: LAYERS }));
    const second = document.indexOf("<packet>", document.indexOf("<packet>") + 1);
    for (const length of [second - 1, second + 5, second + 300, document.length - 8]) {
      const { frames, problem } = await read(document.subarray(0, length));
      expect(frames.length, `cut at ${length}`).toBe(length < document.length - 8 ? 1 : 2);
      expect(problem, `cut at ${length}`).toMatch(
        /^x\.pdml: offset \d+: cut short: expected .*, found the end; analysed up to here$/,
      );
    }
  });
});

describe("what is no dissection", () => {
  it.each([
    ["another kind of XML", "<?xml version='1.0'?><psml version='0'></psml>", "XML of another kind, <psml>"],
    ["no XML", "this is no XML, whatever it may be called, and long enough", "no XML"],
    ["XML without an element", "<?xml version='1.0'?>\n<!-- nothing -->", "XML without an element"],
    ["nothing", "", "empty"],
    [
      "UTF-16, as PowerShell writes it",
      Buffer.from("\ufeff<?xml version='1.0'?>", "utf16le"),
      "XML in UTF-16",
    ],
  ])("is refused: %s", async (_, content, says) => {
    const error = await read(Buffer.from(content)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LvsPcapError);
    expect(error).toMatchObject({
      code: "not-a-capture",
      message: expect.stringContaining(`x.pdml: offset 0: ${says}`),
    });
  });

  it("is refused where it declares a document type, in which entities could be", async () => {
    const document = pdml(PACKET)
      .toString()
      .replace("<pdml", '<!DOCTYPE pdml [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<pdml');
    await expect(read(Buffer.from(document))).rejects.toMatchObject({
      message: expect.stringContaining("XML that declares a document type"),
    });
  });
});

describe("a forged dissection", () => {
  const LAUGHS = `<!DOCTYPE x [<!ENTITY a "1">${"bcdefghij"
    .split("")
    .map((name, index) => `<!ENTITY ${name} "${`&${"abcdefghij"[index]};`.repeat(10)}">`)
    .join("")}]>`;

  it("has no entity resolved, wherever it declares them", async () => {
    const billion = packetElement({ number: "&j;", layers: LAYERS }).replace("<packet>", `<packet>${LAUGHS}`);
    const started = performance.now();
    const { frames, problem } = await read(pdml(billion));
    expect(frames).toEqual([]);
    expect(problem).toContain("expected");
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("has none of a file's content in its frames", async () => {
    const layers = `<proto name="eth" pos="0" size="14"><field name="eth.dst" pos="0" size="6" show="&a;" value="&a;"/></proto>`;
    const document = packetElement({ layers }).replace(
      "<packet>",
      '<packet><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    );
    const { frames } = await read(pdml(document));
    expect(frames.map(({ hex }) => hex.replaceAll("0", ""))).toEqual(frames.map(() => ""));
  });

  it("keeps of an endless packet what its beginning tells", async () => {
    const endless = PACKET.replace(
      "</packet>",
      `${'<field name="x" show="yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"/>'.repeat(200_000)}</packet>`,
    );
    const { frames, problem } = await read(pdml(endless, packetElement({ number: 2, layers: LAYERS })));
    expect(frames.map(({ hex }) => hex)).toEqual([REQUEST.toString("hex"), REQUEST.toString("hex")]);
    expect(problem).toBeNull();
  });

  it.each([
    ["numbers that fall", ["3", "2", "9"], [3, 4, 9]],
    ["numbers beyond 32 bits", ["1", "4294967296"], [1, 2]],
  ])("has its frames counted on: %s", async (_, numbers, expected) => {
    const { frames } = await read(
      pdml(...numbers.map((number) => packetElement({ number, layers: LAYERS }))),
    );
    expect(frames.map(({ number }) => number)).toEqual(expected);
  });

  it.each([
    ["fields beyond the frame", 'pos="4294967295" size="4" value="ffffffff"'],
    ["a length that its bytes deny", 'pos="0" size="1000000000" value="ff"'],
    ["negative places", 'pos="-1" size="1" value="ff"'],
    ["bytes that are none", 'pos="0" size="2" value="zzzz"'],
    ["no places", 'value="ff"'],
  ])("does no harm by %s", async (_, attributes) => {
    const layers = `<proto name="eth" pos="0" size="14"><field name="eth.dst" ${attributes} show=""/></proto>`;
    expect((await read(pdml(packetElement({ layers })))).frames.map(({ hex }) => hex)).toEqual([
      "00".repeat(14),
    ]);
  });

  it.each([
    ["tags that are never closed", "<proto ".repeat(100_000)],
    ["elements nested a hundred thousand deep", '<proto name="x">'.repeat(60_000)],
    ["attributes without end", `<proto ${"a='' ".repeat(100_000)}>`],
    ["an attribute without end", `<proto name="${"x".repeat(1_000_000)}`],
    ["blanks without end", `<proto name${" ".repeat(900_000)}=`],
    ["comments that are never closed", "<!-- ".repeat(100_000)],
    ["CDATA that is never closed", "<![CDATA[ ".repeat(90_000)],
    ["instructions that are never closed", "<? ".repeat(100_000)],
    ["brackets", "<".repeat(900_000)],
    ["document types", "<!DOCTYPE [".repeat(90_000)],
  ])("ends in under a second: %s", async (_, content) => {
    const started = performance.now();
    await read(pdml(PACKET.replace("</packet>", `${content}</packet>`)));
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("gives for any damage fewer or other frames, or a problem, and never an exception", async () => {
    const document = keptDissection("suri_arp_vlan123");
    const damage = fc.array(fc.tuple(fc.nat(document.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        const damaged = Buffer.from(document);
        for (const [at, byte] of bytes) damaged[at] = byte;
        const outcome = await read(damaged).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(LvsPcapError);
      }),
      { numRuns: 300 * PATIENCE },
    );
  });
});

describe("the dissections that are kept", () => {
  it("are those that the tests know", () => {
    const files = readdirSync(join(import.meta.dirname, "..", "fixtures", "captures"));
    expect(files).toEqual(
      expect.arrayContaining(["problem-3-arp-only.pdml.gz", "problem-3.pdml.gz", "suri_arp_vlan123.pdml.gz"]),
    );
  });
});
