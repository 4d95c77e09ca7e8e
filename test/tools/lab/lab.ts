import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { disagreements } from "./agreement.ts";
import type { Expected, Mark, RecordingFile, Topology } from "./model.ts";
import { type Host, type HostDefinition, Network } from "./network.ts";
import { type Program, run } from "./process.ts";
import { Capture, takeMark } from "./recording.ts";

export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  /** Tools beyond those every recording needs. */
  readonly needs?: readonly string[];
  readonly precision?: "micro" | "nano";
  readonly topology: Topology;
  readonly expected: Expected;
  readonly run: (lab: Lab) => Promise<void>;
}

const TRAILING_QUIET_MS = 350;

const PROGRAMS = join(import.meta.dirname, "programs");

/** One recording in the making: the machines, what was done to them, and what they held at each mark. */
export class Lab {
  readonly network: Network;
  readonly how: string[] = [];
  readonly marks: Mark[] = [];
  readonly #hosts: Host[] = [];
  readonly #onTheSwitch: Host[] = [];
  readonly #extraAddresses = new Map<Host, string[]>();

  constructor(network: Network) {
    this.network = network;
  }

  async addHost(definition: HostDefinition, plugIn = true): Promise<Host> {
    const host = await this.network.addHost(definition);
    this.#hosts.push(host);
    this.#onTheSwitch.push(host);
    this.note(`${host.name} (${host.mac}): ${definition.addresses.join(", ") || "no address yet"} on eth0`);
    if (plugIn) await host.plugIn();
    return host;
  }

  async addHostBehind(router: Host, device: string, mac: string, definition: HostDefinition): Promise<Host> {
    const host = await this.network.addHostBehind(router, device, mac, definition);
    this.#hosts.push(host);
    const addresses = definition.addresses.join(", ");
    this.note(
      `${host.name} (${host.mac}): ${addresses}, not on the switch but on a cable to ${router.name} ${device}`,
    );
    return host;
  }

  async plugIn(host: Host): Promise<void> {
    this.note(`${host.name}# ip link set eth0 up`);
    await host.plugIn();
  }

  /** Its own table is emptied by that (neigh_ifdown), so it has no say at later marks. */
  async unplug(host: Host): Promise<void> {
    await this.do(host, "ip", "link", "set", "eth0", "down");
    this.#onTheSwitch.splice(this.#onTheSwitch.indexOf(host), 1);
    this.note(`${host.name} is off the wire and left out of the later marks`);
  }

  /** Runs a command in a host and keeps it for the reader who wants to do it again. */
  async do(host: Host, command: string, ...args: string[]): Promise<string> {
    this.#log(host, [command, ...args]);
    return host.run(command, args);
  }

  async configure(host: Host, command: string, args: readonly string[], input: string): Promise<void> {
    const lines = input.split("\n").map((line) => line.trim());
    this.note(
      `${host.name}# ${command} ${args.join(" ")} <<< '${lines.filter((line) => line !== "").join(" ")}'`,
    );
    await host.run(command, args, input);
  }

  start(host: Host, command: string, ...args: string[]): Program {
    this.#log(host, [command, ...args], " &");
    return host.start(command, args);
  }

  async addAddress(host: Host, address: string, device: string): Promise<void> {
    const label = device.includes(":") ? ["label", device] : [];
    await this.do(host, "ip", "addr", "add", address, "dev", device.replace(/:.*/, ""), ...label);
    this.alsoHolds(host, address);
  }

  alsoHolds(host: Host, address: string): void {
    this.#extraAddresses.set(host, [...(this.#extraAddresses.get(host) ?? []), address]);
  }

  note(line: string): void {
    this.how.push(line);
  }

  async pause(seconds: number): Promise<void> {
    this.note(`wait ${seconds} s`);
    await sleep(seconds * 1000);
  }

  async mark(label: string): Promise<void> {
    this.marks.push(await takeMark(this.network, this.#onTheSwitch, label));
    this.note(`mark: ${label}`);
  }

  /** A mark with a longer silence behind it, which is where the capture ends. */
  async lastMark(label: string): Promise<void> {
    this.marks.push(await takeMark(this.network, this.#onTheSwitch, label, TRAILING_QUIET_MS));
    this.note(`mark: ${label}; the capture ends`);
  }

  hostRecords(): RecordingFile["hosts"] {
    return this.#hosts.map((host) => host.record(this.#extraAddresses.get(host) ?? []));
  }

  program(name: string): string {
    return join(PROGRAMS, name);
  }

  #log(host: Host, command: readonly string[], suffix = ""): void {
    const words = command.map((word) => {
      if (word.startsWith(PROGRAMS)) return basename(word);
      return word.startsWith(this.network.scratch) ? basename(word) : word;
    });
    this.note(`${host.name}# ${words.join(" ")}${suffix}`);
  }
}

/** Plays a scenario on real kernels and leaves capture.pcap, topology.yaml and recording.json in the directory. */
export async function recordScenario(scenario: Scenario, directory: string): Promise<void> {
  let network: Network | undefined;
  try {
    network = await Network.create();
    const capture = join(network.scratch, "capture.pcap");
    const tcpdump = await Capture.start(network, capture, scenario.precision ?? "micro");
    const lab = new Lab(network);
    lab.note(
      "a namespace per host, veth pairs into a bridge with ageing_time 0 (it floods) and mcast_snooping 0; in every host " +
        "disable_ipv6=1, rp_filter=0, ethtool -K eth0 tx off and a default route by its gateway",
    );
    lab.note(
      "tcpdump listens on the monitor port before any host is plugged in; all neighbour tables are empty",
    );
    const date = new Date().toISOString();
    await scenario.run(lab);
    await tcpdump.stop();
    const problems = disagreements(scenario.expected, lab.hostRecords(), lab.marks);
    if (problems.length > 0) {
      // The tables are worth a look when the kernel disagrees with what was expected of it.
      for (const mark of lab.marks) problems.push(JSON.stringify(mark));
      throw new Error(`${scenario.name}: the kernel says otherwise:\n${problems.join("\n")}`);
    }
    const file: RecordingFile = {
      name: scenario.name,
      title: scenario.title,
      recorded: { kernel: `Linux ${release().replace(/-.*/, "")}`, tcpdump: await tcpdumpVersion(), date },
      how: lab.how,
      hosts: lab.hostRecords(),
      marks: lab.marks,
      expected: scenario.expected,
    };
    mkdirSync(directory, { recursive: true });
    copyFileSync(capture, join(directory, "capture.pcap"));
    writeFileSync(join(directory, "topology.yaml"), topologyYaml(scenario.topology));
    writeFileSync(join(directory, "recording.json"), `${JSON.stringify(file, null, 2)}\n`);
  } finally {
    network?.destroy();
  }
}

async function tcpdumpVersion(): Promise<string> {
  const printed = await run("sh", ["-c", "tcpdump --version 2>&1"]);
  const version = /tcpdump version (\S+)/.exec(printed)?.[1] ?? "?";
  const libpcap = /libpcap version (\S+)/.exec(printed)?.[1] ?? "?";
  return `${version} with libpcap ${libpcap}`;
}

function topologyYaml(topology: Topology): string {
  const list = (items: readonly string[]) =>
    `[${items.map((item) => (item.includes(":") ? `"${item}"` : item)).join(", ")}]`;
  const lines = [`gateways: ${list(topology.gateways)}`, "vips:"];
  for (const vip of topology.vips) {
    lines.push(
      `  - ip: ${vip.ip}`,
      `    directors: ${list(vip.directors)}`,
      `    realServers: ${list(vip.realServers)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
