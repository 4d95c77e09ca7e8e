import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lvsPcap } from "../support/cli.ts";
import { pcapHeader, writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";

const GOOD = scratchFile("good.pcap", writePcap([]));
const directory = scratchPath("a-directory");
mkdirSync(directory);
const forbidden = scratchFile("forbidden.pcap", writePcap([]));
chmodSync(forbidden, 0);

function isReadable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

const rootReadsAll = isReadable(forbidden) ? "root may read every file" : null;

async function expectRefusal(path: string, expectation: RegExp): Promise<void> {
  const { status, stdout, stderr } = await lvsPcap(["analyze", path]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^lvs-pcap: [^\n]+\n$/);
  expect(stderr.startsWith(`lvs-pcap: ${path}: `)).toBe(true);
  expect(stderr).toMatch(expectation);
}

describe("a file that is no capture is refused by name in one line", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["empty", Buffer.alloc(0), /offset 0: empty; expected a pcap header of 24 bytes/],
    ["3 bytes", Buffer.from([0xd4, 0xc3, 0xb2]), /offset 0: .*expected a pcap/],
    [
      "a header that lacks its last byte",
      pcapHeader().subarray(0, 23),
      /offset 23: .*expected a pcap header of 24/,
    ],
    ["text", Buffer.from("frames, please"), /offset 0: found 0x6672616d; expected a pcap magic/],
    ["zeros", Buffer.alloc(100), /offset 0: found 0x00000000; expected a pcap magic/],
    ["version 1.0", pcapHeader({ version: [1, 0] }), /offset 4: pcap version 1\.0; expected 2\.0 to 2\.4/],
    ["version 2.5", pcapHeader({ version: [2, 5] }), /offset 4: pcap version 2\.5; expected 2\.0 to 2\.4/],
    ["version 3.4", pcapHeader({ version: [3, 4] }), /offset 4: pcap version 3\.4/],
  ])("%s", async (name, bytes, expectation) => {
    await expectRefusal(scratchFile(`${name}.pcap`, bytes), expectation);
  });
});

describe("a path that cannot be read is refused by name in one line", () => {
  it("where nothing is there", async () => {
    await expectRefusal(scratchPath("missing.pcap"), /no such file/);
  });

  it("where it is a directory", async () => {
    await expectRefusal(directory, /is a directory/);
  });

  it("where a part of it is a file", async () => {
    await expectRefusal(`${GOOD}/inside.pcap`, /cannot be read/);
  });

  it.skipIf(rootReadsAll !== null)(`where permission is denied${skippedFor(rootReadsAll)}`, async () => {
    await expectRefusal(forbidden, /permission denied/);
  });

  it("where it is the second of two captures, without a report on the first", async () => {
    const missing = scratchPath("missing.pcap");
    const { status, stdout, stderr } = await lvsPcap(["analyze", GOOD, missing]);
    expect([status, stdout, stderr]).toEqual([2, "", `lvs-pcap: ${missing}: cannot be read: no such file\n`]);
  });
});
