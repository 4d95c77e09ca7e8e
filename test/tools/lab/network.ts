import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostRecord, NeighbourEntry, Role } from "./model.ts";
import { Program, run } from "./process.ts";

export interface HostDefinition {
  readonly name: string;
  readonly mac: string;
  /** With prefix length; the first is the host's own address. */
  readonly addresses: readonly string[];
  readonly role: Role;
  readonly defaultRoute?: string;
}

const MONITOR = "mon0";

const LIVE = new Set<Network>();

// A test that runs into its time limit ends the process without ending the recording.
process.once("exit", destroyNetworks);

/** Takes down every network of this process at once; safe in a signal handler because it waits for nothing. */
export function destroyNetworks(): void {
  for (const network of LIVE) network.destroy();
}

/** One network namespace that plays one machine. */
export class Host {
  readonly definition: HostDefinition;
  readonly namespace: string;
  readonly #network: Network;

  constructor(network: Network, definition: HostDefinition, namespace: string) {
    this.#network = network;
    this.definition = definition;
    this.namespace = namespace;
  }

  get name(): string {
    return this.definition.name;
  }

  get mac(): string {
    return this.definition.mac;
  }

  record(extraAddresses: readonly string[]): HostRecord {
    const { name, mac, role, addresses } = this.definition;
    const plain = [...addresses, ...extraAddresses].map((address) => address.replace(/\/\d+$/, ""));
    return { name, mac, addresses: [...new Set(plain)], role };
  }

  run(command: string, args: readonly string[], input?: string): Promise<string> {
    return run("ip", ["netns", "exec", this.namespace, command, ...args], input);
  }

  start(command: string, args: readonly string[]): Program {
    const program = new Program("ip", ["netns", "exec", this.namespace, command, ...args]);
    this.#network.programs.add(program);
    return program;
  }

  async neighbours(): Promise<NeighbourEntry[]> {
    const printed = await run("ip", ["-n", this.namespace, "-j", "neigh", "show", "dev", "eth0"]);
    return printed.trim() === "" ? [] : (JSON.parse(printed) as NeighbourEntry[]);
  }

  async plugIn(): Promise<void> {
    await run("ip", ["-n", this.namespace, "link", "set", "eth0", "up"]);
    if (this.definition.defaultRoute !== undefined)
      await run("ip", [
        "-n",
        this.namespace,
        "route",
        "replace",
        "default",
        "via",
        this.definition.defaultRoute,
      ]);
  }
}

/** Namespaces around a bridge that floods, and one port on it that hears every frame once. */
export class Network {
  readonly programs = new Set<Program>();
  /** For the capture in the making and for configuration files; gone with the network. */
  readonly scratch = mkdtempSync(join(tmpdir(), "lvs-lab-"));
  readonly #prefix: string;
  readonly #namespaces: string[] = [];
  #ports = 0;

  private constructor(prefix: string) {
    this.#prefix = prefix;
  }

  static async create(): Promise<Network> {
    // Two recordings at once must not meet: the process id and a counter make the names their own.
    counter += 1;
    const network = new Network(`lvs${process.pid}-${counter}`);
    LIVE.add(network);
    const namespace = await network.#addNamespace("switch");
    // ageing_time 0 makes the bridge a hub (br_fdb_find_rcu + has_expired): else the monitor would miss unicast frames.
    const bridge = ["br0", "type", "bridge", "ageing_time", "0", "stp_state", "0", "forward_delay", "0"];
    await run("ip", ["-n", namespace, "link", "add", ...bridge, "mcast_snooping", "0"]);
    await run("ip", ["-n", namespace, "link", "add", "port-mon", "type", "veth", "peer", "name", MONITOR]);
    await run("ip", ["-n", namespace, "link", "set", "port-mon", "master", "br0"]);
    for (const device of ["br0", "port-mon", MONITOR])
      await run("ip", ["-n", namespace, "link", "set", device, "up"]);
    return network;
  }

  get switchNamespace(): string {
    return this.#namespaces[0] ?? "";
  }

  get monitor(): string {
    return MONITOR;
  }

  /** Creates the machine and its cable to the switch; it stays silent until it is plugged in. */
  async addHost(definition: HostDefinition): Promise<Host> {
    const host = await this.#addMachine(definition);
    this.#ports += 1;
    const port = `port-${this.#ports}`;
    const peer = ["peer", "name", "eth0", "address", definition.mac, "netns", host.namespace];
    await run("ip", ["-n", this.switchNamespace, "link", "add", port, "type", "veth", ...peer]);
    await run("ip", ["-n", this.switchNamespace, "link", "set", port, "master", "br0", "up"]);
    await configure(host, "eth0", definition.addresses);
    return host;
  }

  /** A machine that is not on the switch but on a cable of its own to a router. */
  async addHostBehind(
    router: Host,
    device: string,
    routerMac: string,
    definition: HostDefinition,
  ): Promise<Host> {
    const host = await this.#addMachine(definition);
    const near = [device, "address", routerMac, "type", "veth"];
    const peer = ["peer", "name", "eth0", "address", definition.mac, "netns", host.namespace];
    await run("ip", ["-n", router.namespace, "link", "add", ...near, ...peer]);
    await configure(router, device, []);
    await configure(host, "eth0", definition.addresses);
    await run("ip", ["-n", router.namespace, "link", "set", device, "up"]);
    await run("ip", ["-n", host.namespace, "link", "set", "eth0", "up"]);
    return host;
  }

  /** How many frames the monitor port has received so far. */
  async framesHeard(): Promise<number> {
    const printed = await run("ip", ["-n", this.switchNamespace, "-j", "-s", "link", "show", MONITOR]);
    const [link] = JSON.parse(printed) as [{ stats64: { rx: { packets: number } } }];
    return link.stats64.rx.packets;
  }

  destroy(): void {
    for (const program of this.programs) program.kill();
    for (const namespace of this.#namespaces) {
      // A daemon's children outlive the process that started them, and a namespace lives as long as a process in it.
      const pids = spawnSync("ip", ["netns", "pids", namespace], { encoding: "utf8" }).stdout ?? "";
      for (const pid of pids.split("\n").filter((line) => line !== "")) killQuietly(Number(pid));
      spawnSync("ip", ["netns", "del", namespace]);
    }
    this.#namespaces.length = 0;
    rmSync(this.scratch, { recursive: true, force: true });
    LIVE.delete(this);
  }

  async #addMachine(definition: HostDefinition): Promise<Host> {
    return new Host(this, definition, await this.#addNamespace(definition.name));
  }

  async #addNamespace(name: string): Promise<string> {
    const namespace = `${this.#prefix}-${name}`;
    await run("ip", ["netns", "add", namespace]);
    this.#namespaces.push(namespace);
    const settings = [
      // Before any device appears: router solicitations and MLD reports would be foreign frames.
      "net.ipv6.conf.all.disable_ipv6=1",
      "net.ipv6.conf.default.disable_ipv6=1",
      // A real server receives packets for the VIP whose way back is not the way they came.
      "net.ipv4.conf.all.rp_filter=0",
      "net.ipv4.conf.default.rp_filter=0",
    ];
    await run("ip", ["netns", "exec", namespace, "sysctl", "-qw", ...settings]);
    await run("ip", ["-n", namespace, "link", "set", "lo", "up"]);
    return namespace;
  }
}

let counter = 0;

async function configure(host: Host, device: string, addresses: readonly string[]): Promise<void> {
  // veth leaves checksums to hardware that is not there; a capture would show wrong ones.
  await host.run("ethtool", ["-K", device, "tx", "off"]);
  for (const address of addresses)
    await run("ip", ["-n", host.namespace, "addr", "add", address, "brd", "+", "dev", device]);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
