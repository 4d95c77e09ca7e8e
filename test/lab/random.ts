import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { analyzeCapture } from "../../src/index.ts";
import { cutAtTime } from "../support/pcap.ts";
import { labUnavailable } from "./available.ts";
import { heldEntries, modelledEntries } from "./cache-entries.ts";
import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  DIRECTOR,
  GATEWAY,
  ownAddress,
  REAL_SERVER_1,
  REAL_SERVER_2,
  type RealServerOptions,
  request,
  SECOND_DIRECTOR,
  setArp,
  THIRD_HOST,
  topology,
  VIP,
} from "./cluster.ts";
import { type Lab, recordScenario, type Scenario } from "./lab.ts";
import type { Mark, RecordingFile } from "./model.ts";
import { destroyNetworks, type Host, type HostDefinition } from "./network.ts";

// npm run lab:random -- [--seed 1] [--count 20] --out DIR: clusters in which anything may happen, on real kernels; what
// each kernel's table held at the marks against what the model makes of the capture.
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20" },
    out: { type: "string" },
  },
});

class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0 || 1;
  }

  /** Whole, from 0 to below `sides`. */
  roll(sides: number): number {
    // xorshift32
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % sides;
  }

  pick<const T>(items: readonly [T, ...T[]]): T {
    return items[this.roll(items.length)] ?? items[0];
  }
}

const SEND =
  "import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind((sys.argv[1],0)); s.sendto(b'x',(sys.argv[2],int(sys.argv[3])))";

function randomScenario(seed: number): Scenario {
  const dice = new Dice(seed * 2_654_435_761);
  return {
    name: `random-${seed}`,
    title: `What seed ${seed} makes happen.`,
    precision: dice.pick(["micro", "nano"]),
    topology: topology([REAL_SERVER_1, REAL_SERVER_2]),
    expected: { exitStatus: 0, findings: [], benign: [] },
    async run(lab) {
      const { gateway, client } = await addGatewayAndClient(lab);
      const director = await addDirector(lab);
      const device = dice.pick(["lo", "eth0:0"]);
      const options = (): RealServerOptions => ({
        ignore: dice.pick([0, 1]),
        announce: dice.pick([0, 1, 2]),
        device,
      });
      const first = await addRealServer(lab, REAL_SERVER_1, options());
      const second = await addRealServer(lab, REAL_SERVER_2, options());
      const third = await lab.addHost(THIRD_HOST);
      const spare = await lab.addHost(SECOND_DIRECTOR);
      await balance(lab, director, { [VIP]: dice.pick([[REAL_SERVER_1], [REAL_SERVER_1, REAL_SERVER_2]]) });
      const hosts: readonly [Player, ...Player[]] = [
        { host: gateway, is: GATEWAY, holdsVip: false },
        { host: director, is: DIRECTOR, holdsVip: true },
        { host: first, is: REAL_SERVER_1, holdsVip: true },
        { host: second, is: REAL_SERVER_2, holdsVip: true },
        { host: third, is: THIRD_HOST, holdsVip: false },
        { host: spare, is: SECOND_DIRECTOR, holdsVip: false },
      ];
      let port = 40_000;
      const steps = 6 + dice.roll(8);
      for (let step = 0; step < steps; step++) {
        port += 10;
        await anything(lab, dice, hosts, client, port);
        await lab.pause(dice.pick([0.05, 0.2, 0.5, 1.1, 1.1, 2.5, 6]));
        if (step % 4 === 3) await lab.mark(`after step ${step + 1}`);
      }
      await lab.lastMark("at the end");
    },
  };
}

interface Player {
  readonly host: Host;
  readonly is: HostDefinition;
  holdsVip: boolean;
}

async function anything(
  lab: Lab,
  dice: Dice,
  hosts: readonly [Player, ...Player[]],
  client: Host,
  port: number,
): Promise<void> {
  const one = dice.pick(hosts);
  const other = dice.pick(hosts);
  const own = ownAddress(one.is);
  const address = one.holdsVip ? dice.pick([own, VIP]) : own;
  const target = dice.pick([ownAddress(other.is), ownAddress(other.is), VIP]);
  switch (dice.roll(12)) {
    case 0:
    case 1:
      await request(lab, client, { count: 1 + dice.roll(3), interval: 0.1, firstPort: port });
      return;
    case 2:
    case 3:
    case 4:
      if (one === other) return;
      await lab.do(one.host, "python3", "-c", SEND, address, target, String(port));
      return;
    case 5:
      await lab.do(one.host, "sh", "-c", `arping -q -c ${1 + dice.roll(2)} -w 2 -I eth0 ${target} || true`);
      return;
    case 6:
      await lab.do(
        one.host,
        "sh",
        "-c",
        `arping -q ${dice.pick(["-U", "-A"])} -c ${1 + dice.roll(2)} -I eth0 ${address} || true`,
      );
      return;
    case 7:
      await lab.do(one.host, "sh", "-c", `arping -q -D -c 1 -w 1 -I eth0 ${target} || true`);
      return;
    case 8:
      if (one.holdsVip) await setArp(lab, one.host, dice.roll(2), dice.roll(3));
      else if (one.is === SECOND_DIRECTOR) {
        await lab.addAddress(one.host, `${VIP}/32`, "eth0:0");
        one.holdsVip = true;
        await lab.do(one.host, "sh", "-c", `arping -q -U -c 1 -I eth0 ${VIP} || true`);
      }
      return;
    case 9:
    case 10:
    case 11:
      await lab.do(one.host, "python3", lab.program("forge.py"), "eth0", ...forgedFrame(dice, hosts, one));
      return;
  }
}

const NOBODY = "00:00:00:00:00:00";
const EVERYBODY = "ff:ff:ff:ff:ff:ff";
const STRANGER = "02:00:00:00:00:99";

/**
 * Anything that fits into an ARP frame, but for another host's MAC as the frame's source: who really sent such a frame
 * is in no capture.
 */
function forgedFrame(dice: Dice, hosts: readonly [Player, ...Player[]], forger: Player): string[] {
  const anyMac = () => dice.pick(hosts).is.mac;
  const anyAddress = () => dice.pick([VIP, ownAddress(dice.pick(hosts).is), ownAddress(dice.pick(hosts).is)]);
  const senderMac = dice.pick([forger.is.mac, anyMac(), STRANGER]);
  const spa = dice.pick([anyAddress(), anyAddress(), anyAddress(), "0.0.0.0", "192.168.1.77"]);
  return [
    dice.pick([EVERYBODY, anyMac()]),
    dice.pick([forger.is.mac, forger.is.mac, STRANGER]),
    dice.pick(["1", "2"]),
    senderMac,
    spa,
    dice.pick([NOBODY, EVERYBODY, senderMac, anyMac()]),
    dice.pick([anyAddress(), anyAddress(), spa]),
  ];
}

/** One line for each entry that only one of the two has. */
async function differences(recording: RecordingFile, directory: string): Promise<string[]> {
  const capture = readFileSync(join(directory, "capture.pcap"));
  const lines: string[] = [];
  for (const mark of recording.marks) {
    const cut = join(directory, "cut.pcap");
    writeFileSync(cut, cutAtTime(capture, mark.time));
    const report = await analyzeCapture(cut, { topology: join(directory, "topology.yaml") });
    const modelled = modelledEntries(report, recording.hosts, mark);
    const held = heldEntries(mark);
    const said = (entry: string, by: string) => lines.push(`${mark.label}: only the ${by} has ${entry}`);
    for (const entry of held) if (!modelled.includes(entry)) said(entry, "kernel");
    for (const entry of modelled)
      if (!held.includes(entry) && !hasJustFailed(mark, entry)) said(entry, "model");
  }
  return lines;
}

/** Between the last probe and the second after which the kernel gives up no frame need pass: nothing shows it yet. */
function hasJustFailed(mark: Mark, entry: string): boolean {
  return Object.entries(mark.neighbours).some(([name, entries]) =>
    entries.some(({ dst, lladdr }) => lladdr === undefined && entry.startsWith(`${name}: ${dst} at `)),
  );
}

const missing = labUnavailable(["arping"]);
if (missing !== null || values.out === undefined) {
  console.error(missing ?? "usage: random.ts [--seed 1] [--count 20] --out DIR");
  process.exit(1);
}
process.once("SIGINT", () => {
  destroyNetworks();
  process.exit(130);
});
let entries = 0;
for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.count); seed++) {
  const directory = join(values.out, `random-${seed}`);
  await recordScenario(randomScenario(seed), directory);
  const recording: RecordingFile = JSON.parse(readFileSync(join(directory, "recording.json"), "utf8"));
  const found = await differences(recording, directory);
  for (const mark of recording.marks) entries += heldEntries(mark).length;
  console.log(`seed ${seed}: ${found.length === 0 ? "all entries equal" : `${found.length} differ`}`);
  for (const line of found) console.log(`  ${line}`);
}
console.log(`${entries} entries in all`);
