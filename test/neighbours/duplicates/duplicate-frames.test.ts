import { describe, expect, it } from "vitest";
import { analyzeCapture, type Report } from "../../../src/index.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../../support/frames.ts";
import { type CapturedFrame, writePcap } from "../../support/pcap.ts";
import { validReport } from "../../support/schema.ts";
import { scratchFile } from "../../support/scratch.ts";
import { at, isAt, packet, whoHas } from "../../support/traffic.ts";

const SECOND = 1000;

let files = 0;
async function together(...captures: readonly (readonly CapturedFrame[])[]): Promise<Report> {
  const paths = captures.map((frames) => scratchFile(`${++files}.pcap`, writePcap(frames)));
  return validReport(await analyzeCapture(paths));
}

/** As another machine on the segment captures it, whose clock is so many milliseconds ahead. */
function elsewhere(frames: readonly CapturedFrame[], skewMs: number, paddedTo = 0): CapturedFrame[] {
  return frames.map(({ atNs, bytes }) => ({
    atNs: atNs + skewMs * 1_000_000,
    bytes: Buffer.concat([bytes, Buffer.alloc(Math.max(0, paddedTo - bytes.length))]),
  }));
}

const conclusions = ({ verdict, findings }: Report) => [
  verdict,
  ...findings.map(({ kind, stage, claimant, count, bypass }) => [
    kind,
    stage,
    claimant.mac,
    count,
    bypass?.frames,
  ]),
];

const INCIDENT = [
  at(0, whoHas(VIP, GATEWAY)),
  at(1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(2 * SECOND, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
  at(2 * SECOND + 1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
  ...Array.from({ length: 20 }, (_, index) =>
    at(3 * SECOND + index * 100, packet(GATEWAY, REAL_SERVER, { destination: VIP })),
  ),
];

describe("one network captured on two machines", () => {
  it.each([0, 1, 3, 30, 300])("is told of as if by one, their clocks %i ms apart", async (skewMs) => {
    const alone = conclusions(await together(INCIDENT));
    const copy = elsewhere(INCIDENT, skewMs, 60);
    expect(conclusions(await together(INCIDENT, copy))).toEqual(alone);
    expect(conclusions(await together(copy, INCIDENT))).toEqual(alone);
  });

  it("counts every frame of each", async () => {
    const report = await together(INCIDENT, elsewhere(INCIDENT, 3, 60));
    expect(report.captures.map(({ frames }) => frames)).toEqual([INCIDENT.length, INCIDENT.length]);
  });

  it("is told of by what each alone has seen", async () => {
    const seenBy = (index: number) => INCIDENT.filter((_, frame) => frame < 4 || frame % 2 === index);
    const report = await together(seenBy(0), elsewhere(seenBy(1), 3));
    expect(conclusions(report)).toEqual(conclusions(await together(INCIDENT)));
  });
});

describe("a frame that a host sends again", () => {
  it("is no duplicate within one capture, though another capture is read with it", async () => {
    const storm = Array.from({ length: 100 }, (_, index) => at(index * 5, whoHas(VIP, GATEWAY)));
    const other = [at(0, whoHas(GATEWAY.ip, DIRECTOR)), at(SECOND, whoHas(GATEWAY.ip, DIRECTOR))];
    expect(conclusions(await together(storm, other))).toEqual(
      conclusions(await together([...storm, ...other.slice(1)])),
    );
  });
});
