import { describe, expect, it } from "vitest";
import { analyzeCapture, writeEvidence } from "../../src/index.ts";
import { CLIENT, DIRECTOR, GATEWAY, type Host, INTRUDER, REAL_SERVER, VIP } from "../support/frames.ts";
import { type CapturedFrame, writePcap } from "../support/pcap.ts";
import { validReport } from "../support/schema.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

/** The same addresses at another site: not one card is the same. */
const elsewhere = ({ mac, ip }: Host): Host => ({ mac: mac.replace("02:00", "06:77"), ip });

function site(gateway: Host, director: Host): CapturedFrame[] {
  return [
    at(0, whoHas(VIP, gateway)),
    at(1, isAt(VIP, director, gateway)),
    at(5, packet(gateway, director, { source: CLIENT.ip, destination: VIP })),
  ];
}

async function analysed(...captures: (readonly CapturedFrame[])[]) {
  const files = captures.map((frames, index) => scratchFile(`${index}.pcap`, writePcap(frames)));
  const report = validReport(await analyzeCapture(files));
  return {
    verdict: report.verdict,
    networks: report.captures.map(({ network }) => network),
    accused: report.findings.map(({ claimant }) => claimant.mac),
  };
}

describe("captures of several files", () => {
  it("of two sites with the same addresses are clean together as each is alone", async () => {
    const other = site(elsewhere(GATEWAY), elsewhere(DIRECTOR));
    expect(await analysed(site(GATEWAY, DIRECTOR), other)).toEqual({
      verdict: "clean",
      networks: [0, 1],
      accused: [],
    });
  });

  it("are of one network where a card is in both, so that a change of an address between them counts", async () => {
    const stolen = [1, 2, 3].map((second) =>
      at(10_000 + second * 1000, announcement(VIP, { mac: REAL_SERVER.mac, ip: VIP })),
    );
    const used = at(15_000, packet(GATEWAY, REAL_SERVER, { source: CLIENT.ip, destination: VIP }));
    const { networks, accused } = await analysed(
      [
        ...site(GATEWAY, DIRECTOR),
        at(6, packet(DIRECTOR, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
      ],
      [...stolen, used],
    );
    expect(networks).toEqual([0, 0]);
    expect(accused).toEqual([REAL_SERVER.mac]);
  });

  it("are of one network where nothing speaks against it", async () => {
    const other = [at(0, whoHas("192.168.1.200", INTRUDER))];
    expect((await analysed(site(GATEWAY, DIRECTOR), other)).networks).toEqual([0, 0]);
  });

  it("of three sites, two of which are one, are told apart by what joins them", async () => {
    const far = site(elsewhere(GATEWAY), elsewhere(DIRECTOR));
    const farLater = [
      at(20_000, packet(elsewhere(GATEWAY), elsewhere(DIRECTOR), { source: CLIENT.ip, destination: VIP })),
    ];
    expect((await analysed(site(GATEWAY, DIRECTOR), far, farLater)).networks).toEqual([0, 1, 1]);
  });

  it("of two sites, one of them poisoned, give evidence that leads to the same findings", async () => {
    const leak = [
      at(20, packet(DIRECTOR, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
      at(2000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      at(2001, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      at(3000, packet(GATEWAY, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
    ];
    const files = [
      scratchFile("sound.pcap", writePcap(site(elsewhere(GATEWAY), elsewhere(DIRECTOR)))),
      scratchFile("leak.pcap", writePcap([...site(GATEWAY, DIRECTOR), ...leak])),
    ];
    const report = await analyzeCapture(files);
    expect(report.findings.map(({ kind }) => kind)).toEqual(["vip-source-in-request"]);
    const evidence = scratchPath("evidence.pcapng");
    expect(await writeEvidence(evidence, files, report)).toMatchObject({ provesAll: true });
  });
});
