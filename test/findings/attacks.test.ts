import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import {
  ARPSPOOF,
  ETTERCAP,
  type Poisoning,
  relayed,
  SCAPY_CACHE_POISON,
  SCAPY_MITM,
  subnetWide,
  TOOLS,
  type Tool,
} from "../support/attacks.ts";
import { CLIENT, GATEWAY, INTRUDER, NEIGHBOUR, REAL_SERVER } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

const ORDERS = ["forged first", "truth first", "truth never", "forged missing"] as const;
type Order = (typeof ORDERS)[number];
const RELAYS = ["nothing relayed", "relayed, TTL the same", "relayed, TTL one less"] as const;
type Relay = (typeof RELAYS)[number];

interface Variant {
  readonly tool: Tool;
  readonly order: Order;
  readonly relay: Relay;
  readonly twoWay: boolean;
  readonly spoofed: "gateway" | "host";
}

const FROM = 10_000;
const UNTIL = 70_000;

function poisoningOf({ spoofed, twoWay }: Variant): Poisoning {
  return {
    attacker: INTRUDER,
    victim: REAL_SERVER,
    spoofed: spoofed === "gateway" ? GATEWAY : NEIGHBOUR,
    twoWay,
    from: FROM,
    until: UNTIL,
  };
}

function captureOf(variant: Variant): CapturedFrame[] {
  const { tool, order, relay } = variant;
  const poisoning = poisoningOf(variant);
  const { victim, spoofed } = poisoning;
  const truth = (from: number) => [...lookup(from, victim, spoofed), ...lookup(from + 50, spoofed, victim)];
  const frames = [
    ...(order === "truth first" || order === "forged missing" ? truth(0) : []),
    // To send to one host alone the tool must know its MAC, and asks in the attacker's own name.
    ...lookup(FROM - 900, INTRUDER, victim),
    ...(order === "forged missing" ? [] : tool.forged(poisoning)),
    ...tool.answers(poisoning),
    ...(order === "forged first" ? truth(UNTIL + 20_000) : []),
    ...(relay === "nothing relayed"
      ? []
      : relayed({
          ...poisoning,
          beyond: variant.spoofed === "gateway" ? CLIENT.ip : null,
          hops: relay === "relayed, TTL one less" ? 1 : 0,
        })),
    ...(order === "forged missing" ? [] : tool.restoring(poisoning)),
  ];
  return frames.toSorted((a, b) => a.atNs - b.atNs);
}

/** What the frames cannot show anybody. */
function isInvisible({ tool, order, relay, twoWay, spoofed }: Variant): boolean {
  const asks = tool === SCAPY_CACHE_POISON || tool === SCAPY_MITM;
  // Nobody answers forged replies, and the traffic of a one-way poisoning of the gateway is that of a second router.
  if (order === "forged missing" && !asks)
    return relay === "nothing relayed" || (!twoWay && spoofed === "gateway");
  // A host that asks in a name which nobody else uses may have two addresses, and be a router.
  return order === "truth never" && asks && !twoWay && (relay === "nothing relayed" || spoofed === "gateway");
}

const VARIANTS: Variant[] = TOOLS.flatMap((tool) =>
  ORDERS.flatMap((order) =>
    RELAYS.flatMap((relay) =>
      [false, true].flatMap((twoWay) =>
        (["gateway", "host"] as const).map((spoofed) => ({ tool, order, relay, twoWay, spoofed })),
      ),
    ),
  ),
);

function accusations({ findings }: Report): string[] {
  return findings
    .filter(({ severity }) => severity !== "notice")
    .map(({ kind, ip, claimant }) => `${kind} of ${ip} by ${claimant.mac}`)
    .toSorted();
}

function expected({ spoofed, twoWay }: Variant): string[] {
  const kind = spoofed === "gateway" ? "gateway-impersonation" : "address-impersonation";
  const ip = spoofed === "gateway" ? GATEWAY.ip : NEIGHBOUR.ip;
  return [
    `${kind} of ${ip} by ${INTRUDER.mac}`,
    ...(twoWay ? [`address-impersonation of ${REAL_SERVER.ip} by ${INTRUDER.mac}`] : []),
  ].toSorted();
}

describe.each(TOOLS)("$name", (tool) => {
  const visible = VARIANTS.filter((variant) => variant.tool === tool && !isInvisible(variant));
  it.each(visible)(
    "is accused, and nobody else: $order, $relay, two ways $twoWay, a $spoofed",
    async (variant) => {
      const report = await analyze(captureOf(variant), { gateways: [GATEWAY.ip] });
      expect(accusations(report)).toEqual(expected(variant));
    },
  );

  const invisible = VARIANTS.filter((variant) => variant.tool === tool && isInvisible(variant));
  it.skipIf(invisible.length === 0).each(invisible)(
    "accuses no innocent where it cannot be told: $order, $relay, two ways $twoWay, a $spoofed",
    async (variant) => {
      const report = await analyze(captureOf(variant), { gateways: [GATEWAY.ip] });
      expect(accusations(report).filter((accusation) => !accusation.endsWith(INTRUDER.mac))).toEqual([]);
    },
  );
});

describe("without being told who the gateway is", () => {
  const relaying = VARIANTS.filter(
    (variant) =>
      variant.relay !== "nothing relayed" && variant.spoofed === "gateway" && !isInvisible(variant),
  );
  it.each(relaying)(
    "$tool.name is accused all the same: $order, $relay, two ways $twoWay",
    async (variant) => {
      const report = await analyze(captureOf(variant));
      expect(accusations(report)).toEqual(expected(variant));
      expect(report.topology.gateways.map(({ mac }) => mac)).not.toContain(INTRUDER.mac);
      expect(report.topology.vips).toEqual([]);
    },
  );
});

describe("an attacker that also answers who-has", () => {
  it.each(TOOLS.slice(0, 3))("is accused, and not the owner who answers, too: $name", async (tool) => {
    const poisoning = {
      attacker: INTRUDER,
      victim: REAL_SERVER,
      spoofed: NEIGHBOUR,
      twoWay: false,
      from: FROM,
      until: UNTIL,
    };
    const asked = [15_500, 35_500, 55_500].flatMap((ms, index) => [
      at(ms, whoHas(NEIGHBOUR.ip, REAL_SERVER)),
      at(ms + (index === 1 ? 0.3 : 0.1), isAt(NEIGHBOUR.ip, NEIGHBOUR, REAL_SERVER)),
      at(ms + 0.2, isAt(NEIGHBOUR.ip, INTRUDER, REAL_SERVER)),
    ]);
    const frames = [...tool.forged(poisoning), ...asked].toSorted((a, b) => a.atNs - b.atNs);
    expect(accusations(await analyze(frames))).toEqual([
      `address-impersonation of ${NEIGHBOUR.ip} by ${INTRUDER.mac}`,
    ]);
  });
});

describe("the whole subnet, by broadcast replies", () => {
  it.each([GATEWAY, NEIGHBOUR])("is told a lie about $ip", async (spoofed) => {
    const frames = [
      ...lookup(0, REAL_SERVER, spoofed),
      ...subnetWide({ attacker: INTRUDER, spoofed, from: FROM, until: UNTIL }),
    ];
    const kind = spoofed === GATEWAY ? "gateway-impersonation" : "address-impersonation";
    const report = await analyze(frames, { gateways: [GATEWAY.ip] });
    expect(accusations(report)).toEqual([`${kind} of ${spoofed.ip} by ${INTRUDER.mac}`]);
    expect(report.findings[0]?.victims).toMatchObject([{ mac: REAL_SERVER.mac }]);
  });

  it("is told it by announcements, which its owner's answers belie", async () => {
    const frames = [
      ...lookup(0, REAL_SERVER, NEIGHBOUR),
      ...lookup(100, INTRUDER, REAL_SERVER),
      ...[2, 4, 6, 8, 10, 12].map((second) =>
        at(second * 1000, announcement(NEIGHBOUR.ip, INTRUDER, { as: "reply" })),
      ),
      ...lookup(13_000, GATEWAY, NEIGHBOUR),
    ];
    expect(accusations(await analyze(frames))).toEqual([
      `address-impersonation of ${NEIGHBOUR.ip} by ${INTRUDER.mac}`,
    ]);
  });

  it("is poisoned for every address by one MAC", async () => {
    const hosts = [20, 21, 22, 23].map((last) => ({
      ip: `192.168.1.${last}`,
      mac: `02:00:00:00:00:${last}`,
    }));
    const frames = [
      ...hosts.flatMap((host, index) => lookup(index, host, GATEWAY)),
      ...hosts.flatMap((spoofed) => subnetWide({ attacker: INTRUDER, spoofed, from: FROM, until: 20_000 })),
    ].toSorted((a, b) => a.atNs - b.atNs);
    expect(accusations(await analyze(frames))).toEqual(
      hosts.map(({ ip }) => `address-impersonation of ${ip} by ${INTRUDER.mac}`),
    );
  });
});

describe("a victim that defends its address", () => {
  it.each([ARPSPOOF, ETTERCAP])("by announcements is not accused beside $name", async (tool) => {
    const poisoning = {
      attacker: INTRUDER,
      victim: REAL_SERVER,
      spoofed: NEIGHBOUR,
      twoWay: false,
      from: FROM,
      until: UNTIL,
    };
    const frames = [
      ...lookup(0, REAL_SERVER, NEIGHBOUR),
      ...tool.forged(poisoning),
      ...[11, 22, 33, 44, 55].map((second) => at(second * 1000 + 300, announcement(NEIGHBOUR.ip, NEIGHBOUR))),
    ].toSorted((a, b) => a.atNs - b.atNs);
    expect(accusations(await analyze(frames))).toEqual([
      `address-impersonation of ${NEIGHBOUR.ip} by ${INTRUDER.mac}`,
    ]);
  });
});

describe("a forger that puts another's MAC into its frames", () => {
  const PLANTED = "02:00:00:00:00:99";

  it("is accused, not the MAC that it names", async () => {
    const frames = [
      ...lookup(0, REAL_SERVER, NEIGHBOUR),
      ...[10, 12, 14, 16].map((second) =>
        at(second * 1000, isAt(NEIGHBOUR.ip, INTRUDER, REAL_SERVER, { mac: PLANTED })),
      ),
    ];
    expect(accusations(await analyze(frames))).toEqual([
      `address-impersonation of ${NEIGHBOUR.ip} by ${INTRUDER.mac}`,
    ]);
  });

  it("is accused though the MAC that it names is a host's", async () => {
    const frames = [
      ...lookup(0, REAL_SERVER, NEIGHBOUR),
      ...lookup(100, GATEWAY, REAL_SERVER),
      ...[10, 12, 14, 16].map((second) =>
        at(second * 1000, isAt(NEIGHBOUR.ip, INTRUDER, REAL_SERVER, { mac: GATEWAY.mac })),
      ),
    ];
    expect(accusations(await analyze(frames))).toEqual([
      `address-impersonation of ${NEIGHBOUR.ip} by ${INTRUDER.mac}`,
    ]);
  });
});

describe("one packet under two MACs", () => {
  it("shows by its source who owns an address whose owner never sends ARP", async () => {
    const frames = [
      ...[0, 2, 4, 6, 8, 10].map((second) => at(second * 1000, isAt(NEIGHBOUR.ip, INTRUDER, REAL_SERVER))),
      at(
        11_000,
        packet(NEIGHBOUR, { ...GATEWAY, mac: "ff:ff:ff:ff:ff:ff" }, { destination: "255.255.255.255" }),
      ),
    ];
    const { findings } = await analyze(frames);
    expect(findings).toMatchObject([
      {
        kind: "address-impersonation",
        claimant: { mac: INTRUDER.mac, ip: null },
        rightful: { mac: NEIGHBOUR.mac },
      },
    ]);
  });
});

describe("a capture without the requests", () => {
  it("does not make a forger of a host whose answers alone it holds", async () => {
    const frames = [0, 2, 4, 6, 8, 10, 12].flatMap((second) => [
      at(second * 1000, isAt(NEIGHBOUR.ip, NEIGHBOUR, GATEWAY)),
      at(second * 1000 + 500, isAt(REAL_SERVER.ip, REAL_SERVER, GATEWAY)),
    ]);
    expect(accusations(await analyze(frames))).toEqual([]);
  });

  it("does not make one of a host whose request was captured twice", async () => {
    const frames = [0, 1, 2].flatMap((second) => [
      at(second * 1000, whoHas(GATEWAY.ip, NEIGHBOUR)),
      at(second * 1000 + 0.05, whoHas(GATEWAY.ip, NEIGHBOUR)),
      at(second * 1000 + 0.2, isAt(GATEWAY.ip, GATEWAY, NEIGHBOUR)),
      at(second * 1000 + 0.25, isAt(GATEWAY.ip, GATEWAY, NEIGHBOUR)),
    ]);
    expect(accusations(await analyze(frames))).toEqual([]);
  });
});
