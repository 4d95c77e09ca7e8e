import type { Lab } from "./lab.ts";
import type { Topology } from "./model.ts";
import type { Host, HostDefinition } from "./network.ts";

export const VIP = "192.168.1.2";
const PORT = 80;
export const CLIENT_ADDRESS = "10.10.10.10";

const onTheLan = { defaultRoute: "192.168.1.1" };

export const GATEWAY = {
  name: "gateway",
  mac: "02:00:00:00:00:01",
  addresses: ["192.168.1.1/24"],
  role: "gateway",
} as const satisfies HostDefinition;

export const DIRECTOR = {
  name: "director",
  mac: "02:00:00:00:00:10",
  addresses: ["192.168.1.10/24"],
  role: "director",
  ...onTheLan,
} as const satisfies HostDefinition;

export const SECOND_DIRECTOR = {
  name: "director-2",
  mac: "02:00:00:00:00:20",
  addresses: ["192.168.1.20/24"],
  role: "director",
  ...onTheLan,
} as const satisfies HostDefinition;

export const REAL_SERVER_1 = {
  name: "real-server-1",
  mac: "02:00:00:00:00:11",
  addresses: ["192.168.1.11/24"],
  role: "real-server",
  ...onTheLan,
} as const satisfies HostDefinition;

export const REAL_SERVER_2 = {
  name: "real-server-2",
  mac: "02:00:00:00:00:12",
  addresses: ["192.168.1.12/24"],
  role: "real-server",
  ...onTheLan,
} as const satisfies HostDefinition;

export const THIRD_HOST = {
  name: "third-host",
  mac: "02:00:00:00:00:50",
  addresses: ["192.168.1.50/24"],
  role: "host",
  ...onTheLan,
} as const satisfies HostDefinition;

export const INTRUDER = {
  name: "intruder",
  mac: "02:00:00:00:00:66",
  addresses: ["192.168.1.66/24"],
  role: "host",
  ...onTheLan,
} as const satisfies HostDefinition;

const CLIENT = {
  name: "client",
  mac: "02:00:00:00:0a:0a",
  addresses: [`${CLIENT_ADDRESS}/24`],
  role: "client",
  defaultRoute: "10.10.10.1",
} as const satisfies HostDefinition;

export function topology(
  realServers: readonly HostDefinition[],
  directors: readonly HostDefinition[] = [DIRECTOR],
): Topology {
  return {
    gateways: ["192.168.1.1"],
    vips: [{ ip: VIP, directors: directors.map(ownAddress), realServers: realServers.map(ownAddress) }],
  };
}

export function ownAddress(host: HostDefinition): string {
  return (host.addresses[0] ?? "").replace(/\/.*/, "");
}

export interface Outside {
  readonly gateway: Host;
  readonly client: Host;
}

/** The gateway on the switch and the client on a cable of its own behind it. */
export async function addGatewayAndClient(lab: Lab): Promise<Outside> {
  const gateway = await lab.addHost(GATEWAY);
  await lab.do(gateway, "sysctl", "-qw", "net.ipv4.ip_forward=1");
  const client = await lab.addHostBehind(gateway, "eth1", "02:00:00:00:0a:01", CLIENT);
  await lab.addAddress(gateway, "10.10.10.1/24", "eth1");
  await client.plugIn();
  return { gateway, client };
}

export async function addDirector(
  lab: Lab,
  vips: readonly string[] = [VIP],
  device = "eth0:0",
): Promise<Host> {
  const director = await lab.addHost(DIRECTOR);
  for (const vip of vips) await lab.addAddress(director, `${vip}/32`, device);
  return director;
}

/**
 * Direct routing. nft_fwd_neigh_eval does what ip_vs_dr_xmit does: it asks the director's own neighbour table for
 * the real server's MAC (with ARP if need be), takes one from the TTL and leaves both IP addresses alone.
 * With two servers the source port's last bit is the scheduler: even goes to the first.
 */
export async function balance(
  lab: Lab,
  director: Host,
  pools: Readonly<Record<string, readonly HostDefinition[]>>,
): Promise<void> {
  const rules: string[] = [];
  for (const [vip, servers] of Object.entries(pools)) {
    const mine = `ip daddr ${vip} ether daddr ${director.mac}`;
    servers.forEach((server, index) => {
      const turn = servers.length === 1 ? "" : ` th sport & 1 == ${index}`;
      rules.push(`${mine}${turn} fwd ip to ${ownAddress(server)} device "eth0";`);
    });
  }
  const chain = `type filter hook ingress device "eth0" priority 0; ${rules.join(" ")}`;
  const ruleset = `table netdev lvs; delete table netdev lvs; table netdev lvs { chain balance { ${chain} }; };`;
  await lab.configure(director, "nft", ["-f", "-"], ruleset);
}

export interface RealServerOptions {
  readonly ignore: 0 | 1;
  readonly announce: 0 | 1 | 2;
  readonly vips?: readonly string[];
  readonly device?: string;
  readonly plugIn?: boolean;
}

export async function addRealServer(
  lab: Lab,
  definition: HostDefinition,
  options: RealServerOptions,
): Promise<Host> {
  const server = await lab.addHost(definition, options.plugIn ?? true);
  await setArp(lab, server, options.ignore, options.announce);
  for (const vip of options.vips ?? [VIP]) {
    await lab.addAddress(server, `${vip}/32`, options.device ?? "lo");
    await serve(lab, server, vip);
  }
  return server;
}

/** What every manual of LVS asks of a real server whose VIP is not on eth0. */
export const SOUND = { ignore: 1, announce: 2 } as const;

export async function setArp(lab: Lab, host: Host, ignore: number, announce: number): Promise<void> {
  const settings = [`net.ipv4.conf.all.arp_ignore=${ignore}`, `net.ipv4.conf.all.arp_announce=${announce}`];
  await lab.do(host, "sysctl", "-qw", ...settings);
}

export async function serve(lab: Lab, host: Host, address: string): Promise<void> {
  const program = lab.start(host, "python3", lab.program("echo.py"), host.name, address, String(PORT));
  await program.printed("ready");
}

export interface Requests {
  readonly count: number;
  readonly interval?: number;
  readonly protocol?: "udp" | "tcp";
  readonly to?: string;
  readonly from?: string;
  readonly firstPort: number;
}

/** Starts a client at its steady pace; the returned function waits for its end and says who answered each request. */
export function startRequests(lab: Lab, host: Host, requests: Requests): () => Promise<string[]> {
  const { count, interval = 0.3, protocol = "udp", to = VIP, from = CLIENT_ADDRESS, firstPort } = requests;
  const numbers = [PORT, count, interval, firstPort].map(String);
  const program = lab.start(host, "python3", lab.program("request.py"), protocol, from, to, ...numbers);
  return async () => {
    const answers = (await program.finished()).trim().split("\n");
    lab.note(`${host.name}'s requests to ${to}: ${inRuns(answers)}`);
    return answers;
  };
}

export async function request(lab: Lab, host: Host, requests: Requests): Promise<string[]> {
  return startRequests(lab, host, requests)();
}

/** In order while that is short; servers taking turns are only counted. */
function inRuns(answers: readonly string[]): string {
  const runs: { answer: string; times: number }[] = [];
  for (const answer of answers) {
    const last = runs.at(-1);
    if (last?.answer === answer) last.times += 1;
    else runs.push({ answer, times: 1 });
  }
  if (runs.length <= 3) return runs.map(({ answer, times }) => `${times} × ${answer}`).join(", then ");
  const totals = [...new Set(answers)].map((kind) => `${answers.filter((a) => a === kind).length} × ${kind}`);
  return `in all ${totals.join(", ")}, taking turns`;
}
