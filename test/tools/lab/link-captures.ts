import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DISSECTION_COMMAND, dissect } from "../../support/dissection.ts";
import { Lab, type Scenario } from "./lab.ts";
import { type Host, type HostDefinition, Network } from "./network.ts";
import { type Program, run } from "./process.ts";
import { problem3 } from "./scenarios/problem-3.ts";
import { problem3Answering } from "./scenarios/problem-3-answering.ts";

/** One capture to be taken in a host, while a scenario runs. */
interface Listening {
  readonly host: string;
  readonly file: string;
  readonly interface: string;
  readonly linkType: string;
}

interface LinkScenario {
  readonly scenario: Scenario;
  readonly listening: readonly Listening[];
  /** Its card is a port of a bridge, which has the address; as on a machine that runs virtual ones. */
  readonly bridged?: string;
}

const COOKED_1 = { interface: "any", linkType: "LINUX_SLL" } as const;
const COOKED_2 = { interface: "any", linkType: "LINUX_SLL2" } as const;
const LOGGED = { interface: "nflog:5", linkType: "NFLOG" } as const;

const LINK_SCENARIOS: readonly LinkScenario[] = [
  {
    scenario: problem3,
    listening: [
      { host: "gateway", file: "problem-3-at-gateway.sll2.pcap", ...COOKED_2 },
      { host: "gateway", file: "problem-3-at-gateway.sll.pcap", ...COOKED_1 },
      { host: "gateway", file: "problem-3-at-gateway.nflog.pcap", ...LOGGED },
      { host: "director", file: "problem-3-at-director.sll2.pcap", ...COOKED_2 },
      { host: "director", file: "problem-3-at-director.sll.pcap", ...COOKED_1 },
      { host: "real-server-1", file: "problem-3-at-real-server.sll2.pcap", ...COOKED_2 },
      { host: "real-server-1", file: "problem-3-at-real-server.sll.pcap", ...COOKED_1 },
    ],
  },
  {
    scenario: problem3,
    bridged: "gateway",
    listening: [
      { host: "gateway", file: "problem-3-at-bridged-gateway.sll2.pcap", ...COOKED_2 },
      { host: "gateway", file: "problem-3-at-bridged-gateway.sll.pcap", ...COOKED_1 },
    ],
  },
  {
    scenario: problem3Answering,
    listening: [
      { host: "gateway", file: "problem-3-answering-at-gateway.sll2.pcap", ...COOKED_2 },
      { host: "real-server-2", file: "problem-3-answering-at-real-server.sll2.pcap", ...COOKED_2 },
    ],
  },
];

/** What a rule of the firewall logs: ARP both ways, and what comes in of IPv4 before it is routed. */
const LOG_RULES = `
table arp logging {
  chain arriving { type filter hook input priority 0; log group 5; }
  chain leaving { type filter hook output priority 0; log group 5; }
}
table ip logging {
  chain arriving { type filter hook prerouting priority 0; log group 5; }
}
`;

/** A lab in which tcpdump listens inside hosts, too. */
class ListeningLab extends Lab {
  readonly #programs: Program[] = [];
  readonly #recording: LinkScenario;

  constructor(network: Network, recording: LinkScenario) {
    super(network);
    this.#recording = recording;
  }

  override async addHost(definition: HostDefinition, plugIn = true): Promise<Host> {
    const host = await super.addHost(definition, false);
    if (this.#recording.bridged === host.name) await moveToBridge(host, definition);
    for (const listening of this.#recording.listening) {
      if (listening.host === host.name) await this.#listen(host, listening);
    }
    if (plugIn) await host.plugIn();
    return host;
  }

  async stopListening(): Promise<void> {
    // What the kernel logs comes in batches.
    await sleep(1500);
    for (const program of this.#programs) await program.stop("SIGINT");
  }

  async #listen(host: Host, { file, interface: device, linkType }: Listening): Promise<void> {
    if (device.startsWith("nflog")) await host.run("nft", ["-f", "-"], LOG_RULES);
    const options = ["-U", "--immediate-mode", "-n", "-s", "0", "-Z", "root"];
    const target = join(this.network.scratch, file);
    const program = host.start("tcpdump", [...options, "-i", device, "-y", linkType, "-w", target]);
    await program.printed("listening on");
    await sleep(200);
    this.#programs.push(program);
  }
}

async function moveToBridge(host: Host, { mac, addresses }: HostDefinition): Promise<void> {
  await host.run("ip", ["link", "add", "br0", "address", mac, "type", "bridge", "forward_delay", "0"]);
  await host.run("ip", ["link", "set", "eth0", "master", "br0"]);
  for (const address of addresses) {
    await host.run("ip", ["addr", "del", address, "dev", "eth0"]);
    await host.run("ip", ["addr", "add", address, "brd", "+", "dev", "br0"]);
  }
  await host.run("ip", ["link", "set", "br0", "up"]);
}

/** Records the incidents once more, as seen from inside their hosts and under other link types. */
export async function recordLinkCaptures(directory: string): Promise<string[]> {
  mkdirSync(directory, { recursive: true });
  const recorded: string[] = [];
  for (const recording of LINK_SCENARIOS) {
    const network = await Network.create();
    try {
      const lab = new ListeningLab(network, recording);
      await recording.scenario.run(lab);
      await lab.stopListening();
      for (const { file } of recording.listening) {
        copyFileSync(join(network.scratch, file), join(directory, file));
        recorded.push(file);
      }
    } finally {
      network.destroy();
    }
  }
  return recorded;
}

/** Writes down what Wireshark says of every frame of every capture in the directory. */
export async function dissectLinkCaptures(directory: string): Promise<void> {
  const files = readdirSync(directory).filter((file) => file.endsWith(".pcap"));
  const captures: Record<string, readonly (readonly [number, string, string])[]> = {};
  for (const file of files.toSorted()) {
    const frames = await dissect(join(directory, file));
    captures[file] = frames.map(({ frame, arp, ipv4 }) => [frame, arp, ipv4]);
  }
  const tshark = (await run("tshark", ["--version"])).split("\n")[0] ?? "";
  const lines = Object.entries(captures).map(([file, frames]) => {
    const rows = frames.map((row) => `      ${JSON.stringify(row)}`).join(",\n");
    return `    ${JSON.stringify(file)}: [\n${rows}\n    ]`;
  });
  const head = `  "tshark": ${JSON.stringify(tshark)},\n  "command": ${JSON.stringify(DISSECTION_COMMAND)},`;
  const text = `{\n${head}\n  "captures": {\n${lines.join(",\n")}\n  }\n}\n`;
  writeFileSync(join(directory, "dissected.json"), text);
}
