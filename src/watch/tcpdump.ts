import { type ChildProcess, spawn } from "node:child_process";
import { Writable } from "node:stream";
import { LvsPcapError } from "../errors.ts";
import { systemReason } from "../files/system-error.ts";

/**
 * So much of each frame the decoders look at: behind two VLAN tags and the longest way into a tunnel the addresses and
 * ports, of a DHCP answer the options up to its type, of a VRRP advertisement 64 addresses. Of an IPVS synchronisation
 * message it holds the first few connections, which is as good: each is told again and again.
 */
const SNAP_LENGTH_BYTES = 384;
/** What the kernel keeps while tcpdump is busy; its 2 MB are gone in 20 ms of a fast segment. */
const KERNEL_BUFFER_KIB = 16_384;
/** Some line of it says why tcpdump ended; a kernel with a bad driver says more. */
const STDERR_KEPT_BYTES = 8_192;
const ASK_EVERY_MS = 10_000;

/** What the verdict needs whatever the addresses: who claims what, who is master, who has which lease, who tunnels. */
const CONTROL = [
  "arp",
  "rarp",
  // NLB heartbeats, and how the slaves of a bond make their MACs known.
  "ether proto 0x886f",
  "ether proto 0x9000",
  // VRRP and CARP.
  "ip proto 112",
  // Tunnels: IPIP, GRE and GUE by ipvsadm's default port.
  "ip proto 4",
  "ip proto 47",
  "udp dst port 6080",
  // ip_vs_sync.c counts its ports up from 8848.
  "udp dst portrange 8848-8911",
  // HSRP and GLBP.
  "udp dst port 1985",
  "udp dst port 3222",
  "(udp src port 67 and udp dst port 68)",
  "icmp[icmptype] = icmp-unreach",
] as const;

/**
 * tcpdump's filter, wide enough for the verdict.
 *
 * @param vips dotted quads; without one, every IPv4 frame may show that an address is a VIP
 * @param isCooked taken on all interfaces at once, where libpcap knows of no VLANs
 */
export function captureFilter(vips: readonly string[], isCooked: boolean): string {
  const data = vips.length === 0 ? ["ip"] : vips.map((vip) => `host ${vip}`);
  const wanted = [...CONTROL, ...data].join(" or ");
  // From `vlan` on libpcap reads behind the tag, in all that follows (pcap-filter(7)): so it comes last, and nests.
  return isCooked ? wanted : `${wanted} or (vlan and (${wanted} or (vlan and (${wanted}))))`;
}

export interface TcpdumpOptions {
  readonly interface: string;
  readonly vips: readonly string[];
  /** For whom tcpdump gives up root's rights once it listens; null where it does not have them. */
  readonly dropTo: string | null;
}

export function tcpdumpArguments(options: TcpdumpOptions): string[] {
  return [
    ...["-i", options.interface],
    // Immediately, or the kernel hands frames over by the block, up to a second late.
    ...["-n", "-U", "--immediate-mode"],
    ...["-s", String(SNAP_LENGTH_BYTES), "-B", String(KERNEL_BUFFER_KIB)],
    "--time-stamp-precision=nano",
    ...(options.dropTo === null ? [] : ["-Z", options.dropTo]),
    ...["-w", "-"],
    // After `--` nothing is an option, whatever an address looks like.
    "--",
    captureFilter(options.vips, options.interface === "any"),
  ];
}

/** How tcpdump ended. */
export interface TcpdumpEnd {
  /** What it said last, in one line, where it did not end as it was told to; null where it did. */
  readonly failure: string | null;
  /** "N packets dropped by kernel" and "by interface" together; null where it did not say. */
  readonly droppedFrames: number | null;
}

/**
 * Becomes tcpdump, and leaves a guard behind that holds a pipe of ours: when this process is gone, even by `kill -9`, the
 * pipe ends without a line, and the guard ends tcpdump. Without it a tcpdump that sees no frame would stay for ever.
 *
 * The kernel's parent-death signal does not do: it is cleared for a program with capabilities, and when a process changes
 * its user, as `-Z` has tcpdump do (prctl(2), PR_SET_PDEATHSIG).
 */
const GUARDED = '{ read -r _ <&3 || kill -TERM "$$"; } </dev/null >/dev/null 2>&1 & exec "$@" 3<&-';
const GUARD = 3;
/** Of a shell that did not find the program, or may not run it (XCU, 2.8.2). */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** A tcpdump of its own, whose standard output is the stream. */
export class Tcpdump {
  readonly ended: Promise<TcpdumpEnd>;
  /** The same once it has ended. */
  end: TcpdumpEnd | null = null;
  /** What it said of it last. */
  droppedFrames: number | null = null;
  private readonly asking: NodeJS.Timeout;
  private readonly child: ChildProcess;
  private readonly program: string;
  private readonly interfaceName: string;
  private readonly said: string[] = [];
  private stopping = false;

  constructor(options: TcpdumpOptions, program = "tcpdump") {
    this.interfaceName = options.interface;
    this.program = program;
    this.child = spawn("/bin/sh", ["-c", GUARDED, "sh", program, ...tcpdumpArguments(options)], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const guard = this.child.stdio[GUARD];
    guard?.on("error", () => undefined);
    // The number of a process that has ended may be another's soon: the guard goes with it.
    if (guard instanceof Writable) this.child.once("exit", () => guard.end("\n"));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => this.note(text));
    // SIGUSR1 has it say what it dropped so far (tcpdump.c, `requestinfo`).
    this.asking = setInterval(() => this.child.kill("SIGUSR1"), ASK_EVERY_MS);
    this.ended = new Promise((resolve) => {
      const finish = (failure: string | null) => {
        clearInterval(this.asking);
        this.end ??= { failure, droppedFrames: this.droppedFrames };
        resolve(this.end);
      };
      this.child.once("error", (error: NodeJS.ErrnoException) => finish(`/bin/sh: ${systemReason(error)}`));
      this.child.once("close", (code, signal) => finish(this.failure(code, signal)));
    });
  }

  /** @throws LvsPcapError `unreadable-file` where it cannot be started */
  get stream(): AsyncIterable<Uint8Array> {
    const { stdout } = this.child;
    if (stdout === null) throw new LvsPcapError("unreadable-file", "tcpdump: has no standard output");
    return stdout;
  }

  /** As Ctrl-C does: it writes what it holds, says what it dropped, and ends. */
  stop(): void {
    this.stopping = true;
    if (this.child.exitCode === null) this.child.kill("SIGINT");
  }

  private get text(): string {
    return this.said.join("");
  }

  private note(text: string): void {
    this.said.push(text);
    this.droppedFrames = droppedFramesIn(this.text) ?? this.droppedFrames;
    while (this.said.length > 1 && this.text.length > STDERR_KEPT_BYTES) this.said.shift();
  }

  /** Its last complaint, and in brackets what the system said of it where that is something else. */
  private complaint(): string | null {
    const prefix = `${this.interfaceName}: `;
    const lines = this.text
      .split("\n")
      .map((line) => line.trim().replace(/^tcpdump: /, ""))
      .map((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : line))
      .filter((line) => line !== "" && !NO_COMPLAINT.test(line));
    const last = lines.at(-1);
    const before = lines.at(-2);
    if (last === undefined || before === undefined || !/^\(.*\)$/.test(last)) return last ?? null;
    return last === `(${before})` ? before : `${before} ${last}`;
  }

  private failure(code: number | null, signal: NodeJS.Signals | null): string | null {
    if (code === NOT_FOUND) return `${this.program}: not found; install it, or pipe a capture in`;
    if (code === NOT_EXECUTABLE) return `${this.program}: permission denied`;
    if (this.stopping || code === 0) return null;
    const reason =
      signal === null ? (this.complaint() ?? `exit status ${code ?? "unknown"}`) : `killed by ${signal}`;
    const hint = /permission|not permitted/i.test(reason)
      ? "; tcpdump needs CAP_NET_RAW, lvs-pcap needs nothing: see docs/watch.md"
      : "";
    return `${this.interfaceName}: tcpdump ended: ${reason}${hint}`;
  }
}

/** What it says of how it fares, whatever happens. */
const NO_COMPLAINT = /^(listening on |data link type )|packets? (captured|received|dropped)/;

/** "3 packets dropped by kernel": what it said last, since it counts from its start. */
export function droppedFramesIn(text: string): number | null {
  const counts = ["kernel", "interface"].flatMap(
    (by) => [...text.matchAll(new RegExp(`(\\d+) packets? dropped by ${by}`, "g"))].at(-1)?.[1] ?? [],
  );
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + Number(count), 0);
}
