import { describe, expect, it } from "vitest";
import { framesOf, sourceInPieces } from "../support/byte-sources.ts";
import { pcapHeader, pcapRecord } from "../support/pcap.ts";

const FRAME = Buffer.from(Array.from({ length: 100 }, (_, index) => index));

async function read(...parts: readonly Uint8Array[]) {
  const bytes = Buffer.concat(parts);
  return framesOf(sourceInPieces(bytes, [bytes.length], "capture.pcap"));
}

/** The header of A. Kuznetsov's modified libpcap, and a record of its: index, protocol and packet type precede the frame. */
function modified(littleEndian: boolean, snapLength: number, bytes: Uint8Array): Buffer {
  const header = pcapHeader({ littleEndian, snapLength, nanosecond: false });
  if (littleEndian) header.writeUInt32LE(0xa1b2cd34);
  else header.writeUInt32BE(0xa1b2cd34);
  const record = pcapRecord({ seconds: 7, fraction: 8, bytes }, { littleEndian });
  return Buffer.concat([
    header,
    record.subarray(0, 16),
    Buffer.from("\x02\0\0\0\x08\0\0\0", "latin1"),
    bytes,
  ]);
}

describe("the modified pcap format", () => {
  it.each([true, false])(
    "has eight more bytes before each frame, little endian: %s",
    async (littleEndian) => {
      const capture = modified(littleEndian, 65_535, FRAME);
      const { frames, end } = await read(capture, capture.subarray(24));
      expect(end.problem).toBeNull();
      expect(frames).toEqual(
        [0, 1].map(() => ({ hex: FRAME.toString("hex"), originalBytes: 100, seconds: 7, nanoseconds: 8000 })),
      );
    },
  );

  // In cooked mode it put an Ethernet header before what it had cut to the snap length.
  it("has frames of 14 bytes more than the snap length", async () => {
    const { frames } = await read(modified(true, 40, FRAME));
    expect(frames[0]?.hex).toBe(FRAME.subarray(0, 54).toString("hex"));
  });
});

describe("a frame longer than its file's snap length", () => {
  it("is cut to it, and what follows is read", async () => {
    const record = pcapRecord({ seconds: 1, fraction: 0, bytes: FRAME });
    const { frames, end } = await read(pcapHeader({ snapLength: 40 }), record, record);
    expect(end.problem).toBeNull();
    expect(frames.map(({ hex, originalBytes }) => [hex.length / 2, originalBytes])).toEqual([
      [40, 100],
      [40, 100],
    ]);
  });

  it.each([0, 0x8000_0000])("is whole where the snap length is none: %i", async (snapLength) => {
    const { frames } = await read(
      pcapHeader({ snapLength }),
      pcapRecord({ seconds: 1, fraction: 0, bytes: FRAME }),
    );
    expect(frames[0]?.hex).toBe(FRAME.toString("hex"));
  });

  it.each([
    [65_535, "invalid packet capture length 262145, bigger than snaplen of 65535"],
    [0x7fff_ffff, "invalid packet capture length 262145, bigger than maximum of 262144"],
  ])("and than any is damage, told in libpcap's words: snap length %i", async (snapLength, says) => {
    const record = pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(0), capturedLength: 262_145 });
    const { end } = await read(pcapHeader({ snapLength }), record);
    expect(end.problem).toContain(`capture.pcap: offset 24: ${says}`);
  });

  it("may be of a link type that has longer ones: it is counted, and nothing of it kept", async () => {
    const usb = pcapHeader({ linkType: 249, snapLength: 0 });
    const huge = pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(3 << 20) });
    const { frames, end } = await read(usb, huge, pcapRecord({ seconds: 2, fraction: 0, bytes: FRAME }));
    expect(end.problem).toBeNull();
    expect(frames.map(({ seconds, originalBytes, hex }) => [seconds, originalBytes, hex.length / 2])).toEqual(
      [
        [1, 3 << 20, 0],
        [2, 100, 100],
      ],
    );
  });

  it("of such a link type may be cut off by the file's end", async () => {
    const huge = pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(3 << 20) });
    const { frames, end } = await read(
      pcapHeader({ linkType: 249, snapLength: 0 }),
      huge.subarray(0, 2 << 20),
    );
    expect(frames).toEqual([]);
    expect(end.problem).toContain("cut short: expected a frame of 3145728 bytes, found 2097136");
  });
});

describe("the link type's field", () => {
  it("may tell the length of a frame check sequence", async () => {
    const { end } = await read(pcapHeader({ linkType: 0x2400_0001 }));
    expect(end.header?.linkType).toBe(1);
  });

  it("with reserved bits set is refused", async () => {
    const error = await read(pcapHeader({ linkType: 0x0030_0001 })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "not-a-capture",
      message:
        "capture.pcap: offset 20: savefile linktype reserved bits not zero (0x00300000); expected zero",
    });
  });
});
