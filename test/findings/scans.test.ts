import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { type Host, INTRUDER } from "../support/frames.ts";
import { at, whoHas } from "../support/traffic.ts";

async function kindsFound(targets: readonly number[], gapMs: number, asker: Host = INTRUDER) {
  const frames = targets.map((last, index) => at(index * gapMs, whoHas(`192.168.1.${last}`, asker)));
  const { findings } = await analyze(frames);
  return findings.map(({ kind, count }) => `${kind}: ${count}`);
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const FORTY = upTo(40);

describe("a scan", () => {
  it.each([
    ["one address a second", FORTY, 1000],
    ["one address in ten seconds", FORTY, 10_000],
    ["downwards", FORTY.toReversed(), 1000],
    ["leaving some out", FORTY.map((last) => last * 2 + 1), 3000],
    ["without its own address", FORTY.filter((last) => last !== 17), 900],
  ])("is noticed at %s", async (_, targets, gapMs) => {
    expect(await kindsFound(targets, gapMs)).toEqual([`arp-scan: ${targets.length}`]);
  });

  it("is noticed where each address is asked for three times", async () => {
    const targets = FORTY.flatMap((last) => [last, last, last]);
    // From the first request for the first address to the first one for the last.
    expect(await kindsFound(targets, 1000)).toEqual(["arp-scan: 118"]);
  });
});

describe("what is no scan", () => {
  it.each([
    [
      "a host that looks its peers up in no order",
      [9, 3, 27, 14, 40, 1, 33, 20, 8, 51, 2, 60, 11, 5, 29, 18, 7, 44, 36, 23, 12, 50, 6],
    ],
    ["a few addresses in a row", upTo(12)],
    ["the same few in a row, again and again", [...upTo(8), ...upTo(8), ...upTo(8), ...upTo(8)]],
  ])("is %s", async (_, targets) => {
    expect(await kindsFound(targets, 1500)).toEqual([]);
  });

  it("is a network in which a host looks up the next one every few minutes", async () => {
    expect(await kindsFound(FORTY, 120_000)).toEqual([]);
  });
});
