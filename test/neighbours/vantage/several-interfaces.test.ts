import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeEvidence } from "../../../src/evidence-file.ts";
import { analyzeCapture, type Report, watchCapture } from "../../../src/index.ts";
import { DIRECTOR, GATEWAY, type Host, REAL_SERVER, VIP } from "../../support/frames.ts";
import { inPieces } from "../../support/live-stream.ts";
import { type CapturedFrame, writePcap } from "../../support/pcap.ts";
import { OptionCode, PcapngWriter } from "../../support/pcapng.ts";
import { validReport } from "../../support/schema.ts";
import { scratchFile } from "../../support/scratch.ts";
import { at, isAt, packet, whoHas } from "../../support/traffic.ts";

const SECOND = 1000;
const VIPS = { vips: [VIP], directors: [DIRECTOR.mac] };

/** The gateway's other side. */
const OUTSIDE = { ip: "10.10.10.1", mac: "02:00:00:00:01:01" };
const CLIENT = { ip: "10.10.10.10", mac: "02:00:00:00:01:0a" };

const INCIDENT = [
  at(0, whoHas(VIP, GATEWAY)),
  at(1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(1 * SECOND, packet(GATEWAY, DIRECTOR, { destination: VIP })),
  at(2 * SECOND, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
  at(2 * SECOND + 1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
  ...Array.from({ length: 20 }, (_, index) =>
    at(3 * SECOND + index * 100, packet(GATEWAY, REAL_SERVER, { destination: VIP })),
  ),
];

const OUTER_SIDE = [
  at(-2, whoHas(OUTSIDE.ip, CLIENT)),
  at(-1, isAt(OUTSIDE.ip, OUTSIDE, CLIENT)),
  ...Array.from({ length: 22 }, (_, index) =>
    at(index * 200, packet(CLIENT, OUTSIDE, { source: CLIENT.ip, destination: VIP })),
  ),
];

let files = 0;

/** One pcapng file with an interface for each list, in the order of time. */
function capturedOn(interfaces: Readonly<Record<string, readonly CapturedFrame[]>>): string {
  const writer = new PcapngWriter();
  const lists = Object.entries(interfaces);
  const blocks = lists.map(([name]) =>
    writer.interface([{ code: OptionCode.Name, value: Buffer.from(name) }]),
  );
  const frames = lists
    .flatMap(([, list], id) => list.map(({ atNs, bytes }) => ({ atNs, bytes, id })))
    .toSorted((a, b) => a.atNs - b.atNs || a.id - b.id);
  const packets = frames.map(({ atNs, bytes, id }) =>
    writer.packet(bytes, { id, units: 1_700_000_000_000_000n + BigInt(Math.round(atNs / 1000)) }),
  );
  return scratchFile(`${++files}.pcapng`, Buffer.concat([writer.section(), ...blocks, ...packets]));
}

const conclusions = ({ verdict, findings }: Report) => [
  verdict,
  ...findings.map(({ kind, stage, claimant, count, vlan, bypass }) => [
    kind,
    stage,
    claimant.mac,
    count,
    vlan,
    bypass?.frames,
  ]),
];

async function concluded(interfaces: Readonly<Record<string, readonly CapturedFrame[]>>) {
  const file = capturedOn(interfaces);
  const analysed = conclusions(validReport(await analyzeCapture(file, VIPS)));
  const watched = await watchCapture(inPieces(readFileSync(file)), VIPS);
  expect(conclusions(watched), "watching gives what analysing gives").toEqual(analysed);
  return analysed;
}

const onVlan10 = (bytes: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, 12), Buffer.from([0x81, 0x00, 0, 10]), bytes.subarray(12)]);
const later = (frames: readonly CapturedFrame[], ms: number) =>
  frames.map(({ atNs, bytes }) => ({ atNs: atNs + ms * 1_000_000, bytes }));
const from =
  (host: Host) =>
  ({ bytes }: CapturedFrame) =>
    Buffer.from(bytes).toString("hex", 6, 12) === host.mac.replaceAll(":", "");
const alone = () => concluded({ eth0: INCIDENT });

describe("a capture of several interfaces", () => {
  it("keeps a router's two sides apart", async () => {
    expect(await concluded({ eth0: INCIDENT, eth1: OUTER_SIDE })).toEqual(await alone());
    expect(await concluded({ eth1: OUTER_SIDE, eth0: INCIDENT })).toEqual(await alone());
  });

  it("accuses no router of taking a VIP that is on its other side", async () => {
    const sound = INCIDENT.slice(0, 3);
    expect(await concluded({ eth0: sound, eth1: OUTER_SIDE })).toEqual(["clean"]);
    expect(await concluded({ eth1: OUTER_SIDE, eth0: sound })).toEqual(["clean"]);
  });

  it("finds what is wrong on one side", async () => {
    const [verdict, finding] = await concluded({ eth1: OUTER_SIDE, eth0: INCIDENT });
    expect(verdict).toBe("poisoned");
    expect(finding).toEqual(["vip-source-in-request", "used", REAL_SERVER.mac, 1, null, 20]);
  });

  it("keeps the sides apart where VLAN devices give both the router's one MAC", async () => {
    const oneMac = { ip: OUTSIDE.ip, mac: GATEWAY.mac };
    const outer = OUTER_SIDE.map(({ atNs, bytes }) => {
      const hex = Buffer.from(bytes)
        .toString("hex")
        .replaceAll(OUTSIDE.mac.replaceAll(":", ""), oneMac.mac.replaceAll(":", ""));
      return { atNs, bytes: Buffer.from(hex, "hex") };
    });
    const sound = INCIDENT.slice(0, 3);
    expect(await concluded({ "eth0.10": sound, "eth0.20": outer })).toEqual(["clean"]);
  });

  it.each([0, 0.01, 3, 300, 900, -900])(
    "takes two views of one network for one, their clocks %d ms apart",
    async (skewMs) => {
      expect(await concluded({ a: INCIDENT, b: later(INCIDENT, skewMs) })).toEqual(await alone());
    },
  );

  it("takes a TAP's two directions for one network", async () => {
    const isGateway = from(GATEWAY);
    const [sent, received] = [INCIDENT.filter(isGateway), INCIDENT.filter((frame) => !isGateway(frame))];
    expect(await concluded({ tx: sent, rx: received })).toEqual(await alone());
    expect(await concluded({ rx: received, tx: sent })).toEqual(await alone());
  });

  it("takes a trunk's VLAN and the device on it for one", async () => {
    const onTrunk = INCIDENT.map(({ atNs, bytes }) => ({ atNs, bytes: onVlan10(bytes) }));
    const withTag = await concluded({ eth0: onTrunk });
    expect(await concluded({ eth0: onTrunk, "eth0.10": INCIDENT })).toEqual(withTag);
  });

  it("goes by the name where a further section numbers its interfaces anew", async () => {
    const half = 4;
    const writer = new PcapngWriter();
    const option = (name: string) => [{ code: OptionCode.Name, value: Buffer.from(name) }];
    const section = (names: readonly string[], frames: readonly CapturedFrame[], id: number) => [
      writer.section(),
      ...names.map((name) => writer.interface(option(name))),
      ...frames.map(({ atNs, bytes }) =>
        writer.packet(bytes, { id, units: 1_700_000_000_000_000n + BigInt(atNs / 1000) }),
      ),
    ];
    const bytes = Buffer.concat([
      ...section(["eth0", "eth1"], INCIDENT.slice(0, half), 0),
      ...section(["eth1", "eth0"], INCIDENT.slice(half), 1),
    ]);
    const report = await analyzeCapture(scratchFile("sections.pcapng", bytes), VIPS);
    expect(conclusions(report)).toEqual(await alone());
  });

  it("keeps them apart where a further one joins in later", async () => {
    const sound = INCIDENT.slice(0, 3);
    const option = (name: string) => [{ code: OptionCode.Name, value: Buffer.from(name) }];
    const writer = new PcapngWriter();
    const packets = (frames: readonly CapturedFrame[], id: number) =>
      frames.map(({ atNs, bytes }) =>
        writer.packet(bytes, { id, units: 1_700_000_000_000_000n + BigInt(atNs / 1000) }),
      );
    const bytes = Buffer.concat([
      writer.section(),
      writer.interface(option("eth0")),
      ...packets(sound, 0),
      writer.interface(option("eth1")),
      ...packets(later(OUTER_SIDE, 2 * SECOND), 1),
    ]);
    const report = await analyzeCapture(scratchFile("late.pcapng", bytes), VIPS);
    expect(conclusions(report)).toEqual(["clean"]);
  });

  it("counts every frame", async () => {
    const report = await analyzeCapture(capturedOn({ a: INCIDENT, b: later(INCIDENT, 3) }));
    expect(report.captures[0]?.frames).toBe(2 * INCIDENT.length);
  });

  it("is proved by evidence of its own that keeps the interfaces apart", async () => {
    const file = capturedOn({ eth1: OUTER_SIDE, eth0: INCIDENT });
    const report = await analyzeCapture(file, VIPS);
    const path = scratchFile("evidence.pcapng", Buffer.alloc(0));
    const { provesAll } = await writeEvidence(path, [file], report, { analysis: VIPS });
    expect(provesAll).toBe(true);
    expect(conclusions(await analyzeCapture(path, VIPS))).toEqual(conclusions(report));
  });

  it("tells of a single interface what a pcap file of the same frames does", async () => {
    const classic = await analyzeCapture(scratchFile("single.pcap", writePcap(INCIDENT)), VIPS);
    expect(await alone()).toEqual(conclusions(classic));
  });
});
