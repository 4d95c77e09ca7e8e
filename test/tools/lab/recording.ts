import { setTimeout as sleep } from "node:timers/promises";
import type { Mark, NeighbourEntry } from "./model.ts";
import type { Host, Network } from "./network.ts";
import { Program, run } from "./process.ts";

/** On both sides of a mark no frame may pass, so that it is plain which frames the tables are the result of. */
const QUIET_MS = 160;
const PATIENCE_MS = 30_000;

/** tcpdump on the monitor port, running. */
export class Capture {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  static async start(network: Network, file: string, precision: "micro" | "nano"): Promise<Capture> {
    const options = ["-U", "--immediate-mode", "-n", "-s", "0", "-Z", "root", "-B", "4096"];
    const args = [...options, `--time-stamp-precision=${precision}`, "-i", network.monitor, "-w", file];
    const program = new Program("ip", ["netns", "exec", network.switchNamespace, "tcpdump", ...args]);
    network.programs.add(program);
    await program.printed("listening on");
    // The line is printed before the socket is bound to the port in some versions of libpcap; the kernel's list is sure.
    const sockets = ["netns", "exec", network.switchNamespace, "cat", "/proc/net/packet"];
    for (let tries = 0; (await run("ip", sockets)).trim().split("\n").length < 2; tries += 1) {
      if (tries > 200) throw new Error("tcpdump does not listen");
      await sleep(10);
    }
    return new Capture(program);
  }

  async stop(): Promise<void> {
    const said = await this.#program.stop("SIGINT");
    const dropped = /(\d+) packets? dropped by kernel/.exec(said)?.[1];
    const captured = /(\d+) packets? captured/.exec(said)?.[1];
    const received = /(\d+) packets? received by filter/.exec(said)?.[1];
    if (dropped !== "0") throw new Error(`tcpdump dropped frames: ${said.trim()}`);
    if (captured !== received) throw new Error(`tcpdump did not write all it received: ${said.trim()}`);
  }
}

/** Reads every host's neighbour table in a moment of silence. */
export async function takeMark(
  network: Network,
  hosts: readonly Host[],
  label: string,
  quietAfter = QUIET_MS,
): Promise<Mark> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const before = await network.framesHeard();
    if (!(await staysQuiet(network, before, QUIET_MS))) continue;
    const time = (await run("date", ["-u", "+%Y-%m-%dT%H:%M:%S.%NZ"])).trim();
    const neighbours: Record<string, NeighbourEntry[]> = {};
    const tables = await Promise.all(hosts.map((host) => host.neighbours()));
    hosts.forEach((host, index) => {
      neighbours[host.name] = tables[index] ?? [];
    });
    if (await staysQuiet(network, before, quietAfter)) return { label, time, neighbours };
  }
  throw new Error(`mark "${label}": the wire was never quiet`);
}

/** Gives up at the first frame, so that the next attempt begins right behind it: advertisements leave short gaps. */
async function staysQuiet(network: Network, before: number, milliseconds: number): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    await sleep(10);
    if ((await network.framesHeard()) !== before) return false;
  }
  return true;
}
