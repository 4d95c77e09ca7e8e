import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type AnalyzeOptions, analyzeCapture, type Report } from "../../src/index.ts";
import { lvsPcap } from "../support/cli.ts";
import { CLIENT, DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { type CapturedFrame, writePcap } from "../support/pcap.ts";
import { validReport } from "../support/schema.ts";
import { scratchFile } from "../support/scratch.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";

const ROLES = {
  vips: [VIP],
  directors: [DIRECTOR.mac],
  realServers: [REAL_SERVER.mac],
  gateways: [GATEWAY.ip],
};

const INCIDENT = [
  at(0, whoHas(VIP, GATEWAY)),
  at(1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(2, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP })),
  at(3, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
  at(4, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
  at(5, packet(GATEWAY, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
  at(6, packet(GATEWAY, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
];

let files = 0;
async function together(
  captures: readonly (readonly CapturedFrame[] | Uint8Array)[],
  options: AnalyzeOptions = {},
): Promise<Report> {
  const paths = captures.map((capture) =>
    scratchFile(`${++files}.pcap`, capture instanceof Uint8Array ? capture : writePcap(capture)),
  );
  return validReport(await analyzeCapture(paths, { ...ROLES, ...options }));
}

/** What the report says apart from where it was read. */
function conclusions({ verdict, findings, benign, caches }: Report) {
  const withoutPlace: unknown = JSON.parse(
    JSON.stringify({ verdict, findings, benign, caches }, (key, value: unknown) =>
      key === "capture" || key === "frame" || key === "summary" || key === "what" ? undefined : value,
    ),
  );
  return withoutPlace;
}

describe("captures that follow each other, as a rotating tcpdump writes them", () => {
  const parts = [INCIDENT.slice(0, 3), INCIDENT.slice(3, 5), INCIDENT.slice(5)];

  it("say together what one capture of all frames says, in whichever order they are given", async () => {
    const whole = conclusions(await together([INCIDENT]));
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const report = await together(order.map((index) => parts[index] ?? []));
      expect(conclusions(report), `order ${order.join()}`).toEqual(whole);
    }
  });

  it("stay in the report as they were given, and keep their frames' numbers", async () => {
    const [first = [], second = [], third = []] = parts;
    const report = await together([third, second, first]);
    expect(report.captures.map(({ frames }) => frames)).toEqual([2, 2, 3]);
    expect(report.findings[0]?.first).toMatchObject({ capture: 1, frame: 1 });
    expect(report.findings[0]?.victims[0]?.used).toMatchObject({ capture: 0, frame: 1 });
  });
});

describe("captures that were taken at the same time", () => {
  const even = INCIDENT.filter((_, index) => index % 2 === 0);
  const odd = INCIDENT.filter((_, index) => index % 2 === 1);

  it("are merged frame by frame", async () => {
    const whole = conclusions(await together([INCIDENT]));
    expect(conclusions(await together([even, odd]))).toEqual(whole);
    expect(conclusions(await together([odd, even]))).toEqual(whole);
  });

  it("may be of any format, each", async () => {
    const packed = gzipSync(writePcap(even, { nanosecond: false, littleEndian: false }));
    const report = await together([packed, odd]);
    expect(report.captures.map(({ compression }) => compression)).toEqual(["gzip", null]);
    expect(conclusions(report)).toEqual(conclusions(await together([INCIDENT])));
  });

  it("may be larger than what is read at once", async () => {
    const many = Array.from({ length: 20_000 }, (_, index) =>
      at(index / 1000, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP })),
    );
    const report = await together([0, 1, 2].map((rest) => many.filter((_, index) => index % 3 === rest)));
    expect(report.captures.map(({ frames }) => frames)).toEqual([6667, 6667, 6666]);
    expect(report.captures.map(({ last }) => last)).toEqual([
      "2023-11-14T22:13:20.019998000Z",
      "2023-11-14T22:13:20.019999000Z",
      "2023-11-14T22:13:20.019997000Z",
    ]);
  });

  it("may run backwards within, which keeps their own order", async () => {
    const [first, second, ...rest] = INCIDENT;
    if (first === undefined || second === undefined) throw new Error("no frames");
    const report = await together([
      [second, first, ...rest],
      [at(2.5, packet(DIRECTOR, CLIENT, { source: VIP, destination: CLIENT.ip }))],
    ]);
    expect(report.captures.map(({ frames }) => frames)).toEqual([7, 1]);
  });

  it("may be without frames", async () => {
    const report = await together([[], INCIDENT, []]);
    expect(report.captures.map(({ frames, first }) => [frames, first === null])).toEqual([
      [0, true],
      [7, false],
      [0, true],
    ]);
  });
});

describe("a capture that is given twice", () => {
  it("counts once, and the report says so", async () => {
    const report = await together([INCIDENT, INCIDENT]);
    expect(report.captures.map(({ frames, duplicateOf }) => [frames, duplicateOf])).toEqual([
      [7, null],
      [0, 0],
    ]);
    expect(report.captures[1]?.problem).toMatch(
      /: the same capture as [^\n]+; its frames were not counted twice$/,
    );
    expect(conclusions(report)).toEqual(conclusions(await together([INCIDENT])));
  });

  it("is found out where one of both is compressed, and hashed as it is stored", async () => {
    const report = await together([INCIDENT, gzipSync(writePcap(INCIDENT))], { hash: true });
    expect(report.captures.map(({ duplicateOf }) => duplicateOf)).toEqual([null, 0]);
    expect(report.captures[0]?.sha256).not.toBe(report.captures[1]?.sha256);
  });

  it("is none where the last byte differs", async () => {
    const other = writePcap(INCIDENT);
    other[other.length - 1] = 1;
    const report = await together([INCIDENT, other]);
    expect(report.captures.map(({ duplicateOf, frames }) => [duplicateOf, frames])).toEqual([
      [null, 7],
      [null, 7],
    ]);
  });

  it("is told on standard error", async () => {
    const path = scratchFile("twice.pcap", writePcap(INCIDENT));
    const { status, stderr } = await lvsPcap(["analyze", path, path, "--fail-on", "never"]);
    expect([status, stderr]).toEqual([
      0,
      `lvs-pcap: ${path}: the same capture as ${path}; its frames were not counted twice\n`,
    ]);
  });
});

describe("several captures of which one is refused", () => {
  it("give no report, whichever it is", async () => {
    const good = scratchFile("good.pcap", writePcap(INCIDENT));
    const bad = scratchFile("bad.pcap", "no capture");
    for (const order of [
      [good, bad],
      [bad, good],
    ]) {
      const { status, stdout, stderr } = await lvsPcap(["analyze", ...order]);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr.startsWith(`lvs-pcap: ${bad}: offset 0: `)).toBe(true);
    }
  });
});
