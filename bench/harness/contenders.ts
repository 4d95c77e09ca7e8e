import { join } from "node:path";
import { ROLE_FLAGS } from "../traffic/cluster.ts";
import {
  type Counts,
  countArpRecords,
  countBytes,
  countObject,
  countReport,
  countReportFrames,
} from "./counts.ts";
import type { DataFile } from "./data-files.ts";
import { isThere, notInstalled } from "./tools.ts";

/** A program that is timed while it reads one file. */
export interface Contender {
  /** What the goals of its trial call it. */
  readonly id: string;
  readonly title: string;
  /** Null where it reads nothing. */
  readonly file: DataFile | null;
  readonly command: readonly string[];
  /** 1 is lvs-pcap's word for "something was found". */
  readonly goodStatuses: readonly number[];
  /** How its counts are had, before it is timed; null where it tells none. */
  readonly counting: {
    readonly command: readonly string[];
    readonly count: (stdout: Buffer) => Counts;
  } | null;
  /** Why it cannot take part; null where it can. */
  readonly missing: string | null;
}

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "dist/cli/main.js");

function analyze(...args: readonly string[]): string[] {
  return [process.execPath, MAIN, "analyze", ...args];
}

const JSON_FLAGS = ["--no-progress", "--format", "json"];

export function lvsPcap(file: DataFile, id = "lvs-pcap", title = "lvs-pcap"): Contender {
  const command = analyze(file.path, ...JSON_FLAGS);
  return {
    id,
    title,
    file,
    command,
    goodStatuses: [0, 1],
    counting: { command, count: countReport },
    missing: file.missing ?? (isThere(MAIN) ? null : "dist/ is missing: run npm run build"),
  };
}

/** What one host shows of the poisoning is less than a mirror port does, so only its frames are held against the others'. */
export function lvsPcapOnFrames(
  files: readonly DataFile[],
  file: DataFile,
  id: string,
  title: string,
): Contender {
  const command = analyze(...files.map(({ path }) => path), ...JSON_FLAGS);
  return { ...lvsPcap(file, id, title), command, counting: { command, count: countReportFrames } };
}

export function lvsPcapWithRoles(file: DataFile): Contender {
  const command = analyze(file.path, ...JSON_FLAGS, ...ROLE_FLAGS);
  return {
    ...lvsPcap(file, "lvs-pcap-roles", "lvs-pcap, roles given"),
    command,
    counting: { command, count: countReport },
  };
}

/** As a user who types no flag has it, table and all. */
export function lvsPcapAsTyped(file: DataFile): Contender {
  return { ...lvsPcap(file, "lvs-pcap", "lvs-pcap, no flags"), command: analyze(file.path) };
}

export function lvsPcapFromPipe(file: DataFile): Contender {
  const command = ["sh", "-c", 'cat "$0" | "$@"', file.path, ...analyze("-", ...JSON_FLAGS)];
  return {
    ...lvsPcap(file, "lvs-pcap-pipe", "cat F | lvs-pcap analyze -"),
    command,
    counting: { command, count: countReport },
  };
}

/** What a pipe costs where nobody does anything with the bytes. */
export function barePipe(file: DataFile): Contender {
  return {
    id: "pipe",
    title: "cat F | cat > /dev/null",
    file,
    command: ["sh", "-c", 'cat "$0" | cat > /dev/null', file.path],
    goodStatuses: [0],
    counting: { command: ["sh", "-c", 'cat "$0" | cat | wc -c', file.path], count: countBytes },
    missing: file.missing,
  };
}

export function tcpdumpFromPipe(file: DataFile): Contender {
  const filter = (output: string) => [
    "sh",
    "-c",
    `cat "$0" | tcpdump -r - -w ${output} arp 2> /dev/null`,
    file.path,
  ];
  return {
    ...tcpdump(file),
    id: "tcpdump-pipe",
    title: "cat F | tcpdump -r - -w /dev/null arp",
    command: filter("/dev/null"),
    counting: { command: filter("-"), count: countArpRecords },
  };
}

export function tcpdump(file: DataFile): Contender {
  return {
    id: "tcpdump",
    title: "tcpdump -r F -w /dev/null arp",
    file,
    command: ["tcpdump", "-r", file.path, "-w", "/dev/null", "arp"],
    goodStatuses: [0],
    counting: { command: ["tcpdump", "-r", file.path, "-w", "-", "arp"], count: countArpRecords },
    missing: file.missing ?? notInstalled("tcpdump"),
  };
}

/** `floor.c`, or why it could not be built. */
export type Floor = { readonly path: string } | { readonly reason: string };

export function cFloor(file: DataFile, floor: Floor): Contender {
  const command = ["path" in floor ? floor.path : "floor", file.path];
  return {
    id: "floor",
    title: "the C floor: read and count",
    file,
    command,
    goodStatuses: [0],
    counting: { command, count: countObject },
    missing: file.missing ?? ("reason" in floor ? floor.reason : null),
  };
}

export function pcapParser(file: DataFile): Contender {
  const command = [process.execPath, join(ROOT, "bench/contenders/pcap-parser.mjs"), file.path];
  return {
    id: "pcap-parser",
    title: "pcap-parser, decoding nothing",
    file,
    command,
    goodStatuses: [0],
    counting: { command, count: countObject },
    missing: file.missing,
  };
}

/** Its count of duplicates is another one than any that the generator knows. */
export function tshark(file: DataFile): Contender {
  return {
    id: "tshark",
    title: "tshark -r F -Y arp.duplicate-address-detected",
    file,
    command: ["tshark", "-r", file.path, "-Y", "arp.duplicate-address-detected"],
    goodStatuses: [0],
    counting: null,
    missing: file.missing ?? notInstalled("tshark"),
  };
}

/** Unpacks and does nothing else. */
export function unpacker(file: DataFile, tool: "gzip" | "zstd"): Contender {
  const command = tool === "gzip" ? ["gzip", "-dc", file.path] : ["zstd", "-q", "-dc", file.path];
  return {
    id: "unpacker",
    title: `${tool} -dc F > /dev/null`,
    file,
    command,
    goodStatuses: [0],
    counting: { command: ["sh", "-c", '"$@" | wc -c', "sh", ...command], count: countBytes },
    missing: file.missing ?? notInstalled(tool),
  };
}

export function emptyNode(): Contender {
  return {
    id: "node",
    title: "node -e 0",
    file: null,
    command: [process.execPath, "-e", "0"],
    goodStatuses: [0],
    counting: null,
    missing: null,
  };
}
