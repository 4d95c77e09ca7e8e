import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { ROLE_FLAGS } from "../traffic/cluster.ts";
import type { Capture } from "./captures.ts";

/** What a contender says it saw; null where it does not say. */
export interface Counts {
  readonly frames: number | null;
  readonly arpFrames: number | null;
  readonly findings: readonly Finding[] | null;
}

/** What is looked at of a finding in the report. */
interface Finding {
  readonly kind: string;
  readonly ip: string;
  readonly claimant: { readonly ip: string | null };
  readonly bypass: { readonly frames: number } | null;
}

export interface Contender {
  readonly id: string;
  readonly title: string;
  /** Reads the small capture instead of the large one: it would take minutes. */
  readonly isSlow: boolean;
  readonly command: (file: string) => string[];
  /** What tells the counts, where it is not the timed command itself. */
  readonly countingCommand?: (file: string) => string[];
  readonly count: (stdout: Buffer) => Counts;
  /** 1 is lvs-pcap's word for "something was found". */
  readonly goodStatuses: readonly number[];
  /** Why it cannot take part; null where it can. */
  readonly missing: string | null;
}

const ROOT = join(import.meta.dirname, "../..");

/** The reference of all ratios. */
export const REFERENCE = "tcpdump";

export function contenders(floor: { readonly path: string } | { readonly reason: string }): Contender[] {
  const lvsPcap = (file: string) => [
    process.execPath,
    join(ROOT, "dist/cli/main.js"),
    "analyze",
    file,
    "--no-progress",
    "--format",
    "json",
  ];
  const notBuilt = readable(join(ROOT, "dist/cli/main.js")) ? null : "dist/ is missing: run npm run build";
  const usual = { isSlow: false, goodStatuses: [0], missing: null };
  return [
    {
      ...usual,
      id: "lvs-pcap-roles",
      title: "lvs-pcap, roles given",
      command: (file) => [...lvsPcap(file), ...ROLE_FLAGS],
      count: countReport,
      goodStatuses: [0, 1],
      missing: notBuilt,
    },
    {
      ...usual,
      id: "lvs-pcap",
      title: "lvs-pcap",
      command: lvsPcap,
      count: countReport,
      goodStatuses: [0, 1],
      missing: notBuilt,
    },
    {
      ...usual,
      id: REFERENCE,
      title: "tcpdump -w /dev/null arp",
      command: (file) => ["tcpdump", "-r", file, "-w", "/dev/null", "arp"],
      countingCommand: (file) => ["tcpdump", "-r", file, "-w", "-", "arp"],
      count: (stdout) => ({ frames: null, arpFrames: countRecords(stdout), findings: null }),
      missing: notInstalled("tcpdump"),
    },
    {
      ...usual,
      id: "floor",
      title: "the C floor: read and count",
      command: (file) => ["path" in floor ? floor.path : "floor", file],
      count: (stdout) => ({ frames: null, arpFrames: null, findings: null, ...parseObject(stdout) }),
      missing: "reason" in floor ? floor.reason : null,
    },
    {
      ...usual,
      id: "pcap-parser",
      title: "pcap-parser, decoding nothing",
      command: (file) => [process.execPath, join(ROOT, "bench/contenders/pcap-parser.mjs"), file],
      count: (stdout) => ({ frames: null, arpFrames: null, findings: null, ...parseObject(stdout) }),
    },
    {
      ...usual,
      id: "tshark",
      title: "tshark -Y arp.duplicate-address-detected",
      isSlow: true,
      command: (file) => ["tshark", "-r", file, "-Y", "arp.duplicate-address-detected"],
      count: () => ({ frames: null, arpFrames: null, findings: null }),
      missing: notInstalled("tshark"),
    },
  ];
}

/** What a contender's counts contradict of what was put into the capture; empty where they agree. */
export function disagreements(contender: Contender, capture: Capture, counts: Counts): string[] {
  const { made } = capture;
  const problems: string[] = [];
  const compare = (what: string, found: number | null, expected: number) => {
    if (found !== null && found !== expected) {
      problems.push(`${contender.title}: ${found} ${what}, the generator made ${expected}`);
    }
  };
  compare("frames", counts.frames, made.frames);
  compare("ARP frames", counts.arpFrames, made.arpFrames);
  if (contender.id !== "lvs-pcap-roles" || counts.findings === null) return problems;
  const [finding] = counts.findings;
  compare("findings", counts.findings.length, made.bypassFrames > 0 ? 1 : 0);
  if (made.bypassFrames === 0 || finding === undefined) return problems;
  compare("frames past the director", finding.bypass?.frames ?? 0, made.bypassFrames);
  const found = `${finding.kind} of ${finding.ip} by ${finding.claimant.ip}`;
  const expected = "vip-source-in-request of 192.168.1.2 by 192.168.1.11";
  if (found !== expected) problems.push(`${contender.title}: found ${found}, the generator made ${expected}`);
  return problems;
}

function countReport(stdout: Buffer): Counts {
  const { captures, findings } = parseObject(stdout);
  const [capture] = captures ?? [];
  return { frames: capture?.frames ?? null, arpFrames: null, findings: findings ?? null };
}

interface Printed extends Partial<Counts> {
  readonly captures?: readonly { readonly frames: number }[];
}

function parseObject(stdout: Buffer): Printed {
  return JSON.parse(stdout.toString()) as Printed;
}

/** The records of a little-endian pcap file. */
function countRecords(bytes: Buffer): number {
  let records = 0;
  for (let offset = 24; offset + 16 <= bytes.length; offset += 16 + bytes.readUInt32LE(offset + 8)) records++;
  return records;
}

function notInstalled(tool: string): string | null {
  const { PATH: path = "" } = process.env;
  const found = path.split(delimiter).some((directory) => readable(join(directory, tool), constants.X_OK));
  return found ? null : `${tool} is not installed`;
}

function readable(path: string, mode: number = constants.R_OK): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
