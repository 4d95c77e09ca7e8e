// @module-tag slow
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ReportedFixStep } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { type Incident, NEIGHBOUR_SPOOFED, PROBLEM_3, REPLY_FIRST } from "../support/incidents.ts";
import { scratchPath } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { labUnavailable } from "../tools/lab/available.ts";
import { DIRECTOR, GATEWAY, ownAddress, REAL_SERVER_1, THIRD_HOST, VIP } from "../tools/lab/cluster.ts";
import { type Host, type HostDefinition, Network } from "../tools/lab/network.ts";
import { ENVIRONMENT } from "../tools/lab/process.ts";

/** Where the other program of the name is, where it is installed beside the packages: they exclude each other. */
const { LVS_PCAP_HABETS_ARPING: HABETS_PATH } = process.env;

/** On a cable of no length: a broadcast and its answer. */
const ENOUGH_TO_RESOLVE_MS = 200;

interface Arping {
  readonly program: "iputils" | "Habets";
  readonly path: string;
}

const ARPINGS: readonly Arping[] = ["arping", ...(HABETS_PATH === undefined ? [] : [HABETS_PATH])].flatMap(
  (path): Arping[] => {
    const { stdout, stderr, error } = spawnSync(path, ["-h"], { encoding: "utf8", env: ENVIRONMENT });
    if (error !== undefined) return [];
    return [{ program: `${stdout}${stderr}`.includes("Habets") ? "Habets" : "iputils", path }];
  },
);

function arpingOf(wanted: Arping["program"]): Arping | null {
  return ARPINGS.find(({ program }) => program === wanted) ?? null;
}

const unavailable = labUnavailable();

function reasonWithout(program: Arping["program"]): string | null {
  if (unavailable !== null || arpingOf(program) !== null) return null;
  return `no arping of ${program}${program === "Habets" ? "; LVS_PCAP_HABETS_ARPING=PATH names one" : ""}`;
}

describe.skipIf(unavailable !== null)(
  `the commands of a fix, on the kernels of a cluster that leaks${skippedFor(unavailable)}`,
  () => {
    const hosts = new Map<string, Host>();
    let network: Network | null = null;
    const gateway = () => hostOf(GATEWAY);
    const realServer = () => hostOf(REAL_SERVER_1);

    beforeAll(async () => {
      network = await Network.create();
      for (const definition of [GATEWAY, DIRECTOR, REAL_SERVER_1, THIRD_HOST]) {
        const host = await network.addHost(definition);
        hosts.set(definition.mac, host);
        await host.plugIn();
      }
      await hostOf(DIRECTOR).run("ip", ["address", "add", `${VIP}/32`, "dev", "eth0"]);
      await realServer().run("ip", ["address", "add", `${VIP}/32`, "dev", "lo"]);
    });
    afterAll(() => network?.destroy());

    beforeEach(async () => {
      for (const scope of ["all", "eth0", "lo"]) {
        const reset = [`net.ipv4.conf.${scope}.arp_announce=0`, `net.ipv4.conf.${scope}.arp_ignore=0`];
        await realServer().run("sysctl", ["-qw", ...reset]);
      }
      // As after a leak.
      await setEntry(REAL_SERVER_1);
    });

    function hostOf({ mac }: Pick<HostDefinition, "mac">): Host {
      const host = hosts.get(mac);
      if (host === undefined) throw new Error(`no host ${mac}`);
      return host;
    }

    /** The gateway has the VIP at this host. */
    async function setEntry({ mac }: Pick<HostDefinition, "mac">): Promise<void> {
      await gateway().run("ip", ["neigh", "flush", "all"]);
      await gateway().run("ip", ["neigh", "replace", VIP, "lladdr", mac, "dev", "eth0", "nud", "stale"]);
    }

    /** Whose MAC the gateway has for the VIP; null where it has none. */
    async function held(): Promise<string | null> {
      const entry = (await gateway().neighbours()).find(({ dst }) => dst === VIP);
      return entry?.lladdr ?? null;
    }

    async function stepsOf({ frames, roles }: Incident): Promise<ReportedFixStep[]> {
      return (await analyze(frames, roles)).findings.flatMap(({ fix }) => fix);
    }

    async function stepWith(incident: Incident, part: string): Promise<ReportedFixStep> {
      const found = (await stepsOf(incident)).find(({ command }) => command?.includes(part) === true);
      if (found === undefined) throw new Error(`no command with ${part}`);
      return found;
    }

    /** Pastes the command into a root shell of the host that the step names. */
    async function paste({ host, command }: ReportedFixStep, arping?: Arping): Promise<string> {
      if (host === null || command === null) throw new Error("nothing to paste, or nowhere");
      return shell(hostOf(host), command, arping);
    }

    /** The exit status does not count: Habets' arping ends with 1 when nobody answered. */
    async function shell(host: Host, command: string, arping?: Arping): Promise<string> {
      const path = arping === undefined ? "" : `PATH=${folderFor(arping)}:$PATH; `;
      return host.run("sh", ["-c", `${path}${command}; true`]);
    }

    /** Who answers when the third host asks for the VIP. */
    async function answering(arping: Arping): Promise<string[]> {
      const printed = await shell(hostOf(THIRD_HOST), `arping -c 1 -I eth0 ${VIP}`, arping);
      return [...new Set(printed.toLowerCase().match(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g))].toSorted();
    }

    /** One packet, for which the host has to know the MAC of its destination. */
    async function send(host: Host, from: string, to: string): Promise<void> {
      const socket = "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)";
      const lines = ["import socket", socket, `s.bind(("${from}", 0))`, `s.sendto(b"x", ("${to}", 9))`];
      await host.run("python3", ["-c", lines.join("\n")]);
      await sleep(ENOUGH_TO_RESOLVE_MS);
    }

    /** What the real server does when it has to look the gateway up for a packet from the VIP. */
    async function answerAClient(): Promise<void> {
      await realServer().run("ip", ["neigh", "flush", "all"]);
      await send(realServer(), VIP, ownAddress(GATEWAY));
    }

    describe.each(["iputils", "Habets"] as const)("with the arping of %s", (program) => {
      const reason = reasonWithout(program);
      const arping = arpingOf(program);
      const option = program === "iputils" ? "arping -U -c 3 -I" : `arping -U -c 3 -S ${VIP} -i`;

      it.skipIf(reason !== null)(
        `the director's announcement heals the gateway${skippedFor(reason)}`,
        async () => {
          expect(await held()).toBe(REAL_SERVER_1.mac);
          await paste(await stepWith(PROBLEM_3, option), arping ?? undefined);
          expect(await held()).toBe(DIRECTOR.mac);
        },
      );

      it.skipIf(reason !== null)(
        `one question shows everybody who answers${skippedFor(reason)}`,
        async () => {
          if (arping === null) return;
          expect(await answering(arping)).toEqual([DIRECTOR.mac, REAL_SERVER_1.mac]);
          await paste(await stepWith(REPLY_FIRST, "arp_ignore"));
          expect(await answering(arping)).toEqual([DIRECTOR.mac]);
        },
      );
    });

    it("arp_announce keeps the real server from asking in the VIP's name", async () => {
      await setEntry(DIRECTOR);
      await answerAClient();
      expect(await held()).toBe(REAL_SERVER_1.mac);
      await paste(await stepWith(PROBLEM_3, "arp_announce=2"));
      await setEntry(DIRECTOR);
      await answerAClient();
      expect(await held()).toBe(DIRECTOR.mac);
    });

    it("deleting the entry heals the gateway once the real server keeps silent", async () => {
      await paste(await stepWith(PROBLEM_3, "arp_ignore=1"));
      await paste(await stepWith(PROBLEM_3, "ip neigh flush to"));
      expect(await held()).toBe(null);
      await send(gateway(), ownAddress(GATEWAY), VIP);
      expect(await held()).toBe(DIRECTOR.mac);
    });

    it("the check shows the MAC that it says", async () => {
      const check = await stepWith(PROBLEM_3, "ip neigh show to");
      expect(await paste(check)).toContain(REAL_SERVER_1.mac);
      await paste(await stepWith(PROBLEM_3, "ip neigh flush to"));
      await paste(await stepWith(PROBLEM_3, "arp_ignore=1"));
      await send(gateway(), ownAddress(GATEWAY), VIP);
      const shown = (await paste(check)).split(" ");
      expect(check.note).toContain(shown[shown.indexOf("lladdr") + 1]);
    });

    it("the file holds both settings for the next start", async () => {
      const { command } = await stepWith(PROBLEM_3, "/etc/sysctl.d/");
      // The files of a namespace are those of the machine; only what is mounted is its own.
      const printed = await shell(
        realServer(),
        `mount -t tmpfs none /etc/sysctl.d && ${command} && sysctl -q -p /etc/sysctl.d/*.conf && sysctl -n net.ipv4.conf.all.arp_announce net.ipv4.conf.all.arp_ignore`,
      );
      expect(printed.trim().split("\n")).toEqual(["2", "1"]);
    });

    it("a victim of an intruder can pin the right entry", async () => {
      const pins = (await stepsOf(NEIGHBOUR_SPOOFED)).filter(({ command }) => command?.includes("permanent"));
      expect(pins.length).toBeGreaterThan(0);
      for (const pin of pins) {
        await paste(pin);
        const [, ip, mac] = /neigh replace (\S+) lladdr (\S+)/.exec(pin.command ?? "") ?? [];
        const entries = await hostOf(pin.host ?? GATEWAY).neighbours();
        expect(entries).toContainEqual(
          expect.objectContaining({ dst: ip, lladdr: mac, state: ["PERMANENT"] }),
        );
      }
    });

    it("the real server shows where its VIP is", async () => {
      expect(await paste(await stepWith(REPLY_FIRST, "ip -brief address show to"))).toMatch(
        /^lo\b.*192\.168\.1\.2/,
      );
    });

    const anyArping = ARPINGS[0] ?? null;
    const none = anyArping === null && unavailable === null ? "no arping" : null;
    it.skipIf(none !== null).each([
      ["all", [DIRECTOR.mac]],
      ["eth0", [DIRECTOR.mac]],
      ["lo", [DIRECTOR.mac, REAL_SERVER_1.mac]],
    ])(
      `the larger of all and the card's own value counts, and lo's does not: %s${skippedFor(none)}`,
      async (scope, macs) => {
        if (anyArping === null) return;
        await realServer().run("sysctl", ["-qw", `net.ipv4.conf.${scope}.arp_ignore=1`]);
        expect(await answering(anyArping)).toEqual(macs);
      },
    );
  },
);

/** A folder in which `arping` is this one. */
function folderFor({ program, path }: Arping): string {
  const folder = scratchPath(program);
  mkdirSync(folder, { recursive: true });
  const real = path === "arping" ? `PATH="${ENVIRONMENT.PATH}" exec arping "$@"` : `exec ${path} "$@"`;
  writeFileSync(join(folder, "arping"), `#!/bin/sh\n${real}\n`, { mode: 0o755 });
  return folder;
}
