// @module-tag slow
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { captureFilter, droppedFramesIn, tcpdumpArguments } from "../../src/watch/tcpdump.ts";
import { BUILT_COMMAND } from "../support/cli.ts";
import {
  arp,
  BROADCAST_MAC,
  DIRECTOR,
  EtherType,
  ethernet,
  GATEWAY,
  ipip,
  ipv4,
  NEIGHBOUR,
  NO_MAC,
  Protocol,
  REAL_SERVER,
  udp,
  VIP,
} from "../support/frames.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";
import { notInstalled, skippedFor } from "../support/skipped.ts";
import { announcement, at, packet } from "../support/traffic.ts";
import { WatchProcess } from "../support/watch-process.ts";

const UNAVAILABLE = notInstalled("tcpdump");
const CANNOT_CAPTURE = UNAVAILABLE ?? (process.getuid?.() === 0 ? null : "capturing needs root");

const VLAN = [{ vlan: 10 }];
const STACKED = [{ vlan: 100, type: EtherType.ServiceVlan }, { vlan: 10 }];

function ip(protocol: number, payload: Uint8Array, destination = "224.0.0.18"): Buffer {
  const bytes = ipv4({ source: DIRECTOR.ip, destination, protocol, payload });
  return ethernet({ to: BROADCAST_MAC, from: DIRECTOR.mac, type: EtherType.Ipv4, payload: bytes });
}

function reverseArp(): Buffer {
  const fields = {
    operation: 3,
    senderMac: DIRECTOR.mac,
    senderIp: "0.0.0.0",
    targetMac: NO_MAC,
    targetIp: VIP,
  };
  return ethernet({ to: BROADCAST_MAC, from: DIRECTOR.mac, type: 0x8035, payload: arp(fields) });
}

const INNER = ipv4({ source: "10.1.1.1", destination: VIP, protocol: Protocol.Udp, payload: udp(1, 2) });

const WANTED: readonly [string, Buffer][] = [
  ["ARP", announcement(VIP, DIRECTOR)],
  ["ARP on a VLAN", announcement(VIP, DIRECTOR, { tags: VLAN })],
  ["ARP behind two tags", announcement(VIP, DIRECTOR, { tags: STACKED })],
  ["RARP", reverseArp()],
  ["VRRP", ip(Protocol.Vrrp, Buffer.alloc(20))],
  [
    "IPIP",
    ethernet({
      to: REAL_SERVER.mac,
      from: DIRECTOR.mac,
      type: EtherType.Ipv4,
      payload: ipip(DIRECTOR.ip, REAL_SERVER.ip, INNER),
    }),
  ],
  ["GRE", ip(Protocol.Gre, Buffer.alloc(24), REAL_SERVER.ip)],
  ["GUE", ip(Protocol.Udp, udp(40_000, 6080, INNER), REAL_SERVER.ip)],
  ["IPVS synchronisation", ip(Protocol.Udp, udp(40_000, 8848), "224.0.0.81")],
  ["IPVS synchronisation by its second thread", ip(Protocol.Udp, udp(40_000, 8849), "224.0.0.81")],
  ["a DHCP server's answer", ip(Protocol.Udp, udp(67, 68), NEIGHBOUR.ip)],
  ["a packet for the VIP", packet(GATEWAY, DIRECTOR, { source: "10.1.1.1", destination: VIP })],
  ["a packet from the VIP", packet(REAL_SERVER, GATEWAY, { source: VIP, destination: "10.1.1.1" })],
  [
    "a packet for the VIP on a VLAN",
    packet(GATEWAY, DIRECTOR, { source: "10.1.1.1", destination: VIP, tags: VLAN }),
  ],
];
const UNWANTED = packet(NEIGHBOUR, GATEWAY, { destination: "10.1.1.1" });

/** How many of the frames the real tcpdump lets through. */
function passed(frames: readonly Buffer[], filter: string): number {
  const file = scratchFile("filtered.pcap", writePcap(frames.map((bytes, index) => at(index, bytes))));
  const { stdout, stderr, status } = spawnSync("tcpdump", ["-n", "-r", file, "-w", "-", filter]);
  if (status !== 0) throw new Error(String(stderr));
  let count = 0;
  for (let offset = 24; offset + 16 <= stdout.length; count++) offset += 16 + stdout.readUInt32LE(offset + 8);
  return count;
}

describe.skipIf(UNAVAILABLE !== null)(`tcpdump's filter${skippedFor(UNAVAILABLE)}`, () => {
  it.each(WANTED)("lets %s through", (_, frame) => {
    expect(passed([frame], captureFilter([VIP], false))).toBe(1);
  });

  it("keeps back what the verdict does not need, where the VIPs are known", () => {
    expect(passed([UNWANTED], captureFilter([VIP], false))).toBe(0);
  });

  it("lets all of IPv4 through where no VIP is known: each frame may show one", () => {
    expect(passed([UNWANTED], captureFilter([], false))).toBe(1);
  });

  it.each(["EN10MB", "LINUX_SLL", "LINUX_SLL2"])("is one that libpcap compiles for %s", (linkType) => {
    const filter = captureFilter([VIP, "192.168.1.3"], linkType !== "EN10MB");
    const { status, stderr } = spawnSync("tcpdump", ["-y", linkType, "-d", filter], { encoding: "utf8" });
    expect([status, stderr.replace(/^.*data link type.*\n/m, "")]).toEqual([0, ""]);
  });
});

describe("tcpdump's arguments", () => {
  const options = { interface: "eth0", vips: [VIP], dropTo: "nobody" };

  it("write each frame at once, cut to what the decoders need, and drop root", () => {
    const args = tcpdumpArguments(options);
    expect(args).toEqual(expect.arrayContaining(["-U", "--immediate-mode", "-w", "-", "-n"]));
    expect(args[args.indexOf("-i") + 1]).toBe("eth0");
    expect(args[args.indexOf("-Z") + 1]).toBe("nobody");
    expect(Number(args[args.indexOf("-s") + 1])).toBeLessThan(512);
  });

  it("have no rights to drop where there are none", () => {
    expect(tcpdumpArguments({ ...options, dropTo: null })).not.toContain("-Z");
  });
});

describe("what tcpdump says it dropped", () => {
  it.each([
    ["12 packets captured\n14 packets received by filter\n0 packets dropped by kernel\n", 0],
    ["12 packets captured\n14 packets received by filter\n1 packet dropped by kernel\n", 1],
    ["9 packets dropped by kernel\n2 packets dropped by interface\n", 11],
    [
      "tcpdump: 5 packets captured, 5 packets received by filter, 3 packets dropped by kernel\n7 packets dropped by kernel\n",
      7,
    ],
    ["listening on eth0\n", null],
  ])("%j: %j", (text, dropped) => {
    expect(droppedFramesIn(text)).toBe(dropped);
  });
});

/** By their process numbers; empty for a process that is gone. */
function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children.trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isProgram(pid: number, name: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8") === `${name}\n`;
  } catch {
    return false;
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < 200 && !isSo(); waited++) await sleep(50);
  expect(isSo()).toBe(true);
}

const running: WatchProcess[] = [];

function watch(args: readonly string[], environment?: NodeJS.ProcessEnv): WatchProcess {
  const started = new WatchProcess(args, environment);
  running.push(started);
  return started;
}

afterEach(() => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
});

describe("--interface", () => {
  it("says in one line that there is no tcpdump", async () => {
    const watching = watch(["--interface", "lo"], { ...process.env, PATH: "/nonexistent" });
    expect(await watching.ended).toBe(2);
    expect(watching.stderr).toBe("lvs-pcap: tcpdump: not found; install it, or pipe a capture in\n");
  });

  it.skipIf(CANNOT_CAPTURE !== null)(
    `says in one line that there is no such interface${skippedFor(CANNOT_CAPTURE)}`,
    async () => {
      const watching = watch(["--interface", "nosuch0"]);
      expect(await watching.ended).toBe(2);
      expect(watching.stderr).toMatch(/^lvs-pcap: nosuch0: tcpdump ended: No such device exists\n$/);
    },
  );

  it.skipIf(CANNOT_CAPTURE !== null)(
    `captures, and reports what tcpdump dropped${skippedFor(CANNOT_CAPTURE)}`,
    async () => {
      const watching = watch(["--interface", "lo", "--format", "json"]);
      await sleep(1_500);
      watching.signal("SIGTERM");
      // Of a network without a frame nothing can be said.
      expect(await watching.ended).not.toBe(2);
      const report: unknown = JSON.parse(watching.stdout);
      expect(report).toMatchObject({ captures: [{ file: "lo", dropped: 0, complete: true }] });
    },
  );

  it.skipIf(CANNOT_CAPTURE !== null)(
    `ends with a report and status 2 when tcpdump dies${skippedFor(CANNOT_CAPTURE)}`,
    async () => {
      const watching = watch(["--interface", "lo", "--format", "json"]);
      await sleep(1_500);
      const { pid } = watching.child;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
      process.kill(Number(children.trim()), "SIGKILL");
      expect(await watching.ended).toBe(2);
      expect(watching.stderr).toMatch(/^lvs-pcap: lo: tcpdump ended: killed by SIGKILL\n$/);
      expect(JSON.parse(watching.stdout)).toMatchObject({ captures: [{ file: "lo" }] });
    },
  );

  // In a network of its own, where no frame comes that tcpdump could fail to hand over.
  it.skipIf(CANNOT_CAPTURE !== null).each(["nobody", "root"])(
    `leaves no tcpdump and no guard of it behind when it is killed, as user %s${skippedFor(CANNOT_CAPTURE)}`,
    async (user) => {
      const script = `ip link set lo up; exec "$0" "$@"`;
      const command = [process.execPath, BUILT_COMMAND, "watch", "--interface", "lo", "--tcpdump-user", user];
      const watching = spawn("unshare", ["--net", "sh", "-c", script, ...command], { stdio: "ignore" });
      const pid = watching.pid ?? 0;
      onTestFinished(() => void watching.kill("SIGKILL"));
      let tcpdump = 0;
      await until(() => {
        tcpdump = childrenOf(pid).find((child) => isProgram(child, "tcpdump")) ?? 0;
        return tcpdump > 0 && childrenOf(tcpdump).length > 0;
      });
      const [guard = 0] = childrenOf(tcpdump);
      watching.kill("SIGKILL");
      await until(() => !isProgram(tcpdump, "tcpdump") && !isProgram(guard, "sh"));
    },
  );

  it.skipIf(CANNOT_CAPTURE !== null)(
    `leaves no guard behind when it is stopped${skippedFor(CANNOT_CAPTURE)}`,
    async () => {
      const watching = watch(["--interface", "lo"]);
      await sleep(1_500);
      const [tcpdump = 0] = childrenOf(watching.child.pid ?? 0);
      const [guard = 0] = childrenOf(tcpdump);
      expect(isProgram(guard, "sh")).toBe(true);
      watching.signal("SIGTERM");
      expect(await watching.ended).not.toBe(2);
      await until(() => !isProgram(guard, "sh"));
    },
  );
});
