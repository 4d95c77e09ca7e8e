import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analyzeCapture } from "../../src/index.ts";
import { loadCollected } from "../support/collected.ts";
import { loadRecordings } from "../support/recordings.ts";

/**
 * Who is accused rightly and wrongly: this analysis, Wireshark's duplicate-address flag and arpwatch, over every capture
 * of the repository. Prints a Markdown table and writes docs/accuracy.md.
 *
 * `ARPWATCH` names another arpwatch than the one on the path.
 */

const COMMAND = "npm run accuracy";
const OUTPUT = join(import.meta.dirname, "..", "..", "docs", "accuracy.md");
const { ARPWATCH = "arpwatch" } = process.env;
const NOTICES: ReadonlySet<string> = new Set([
  "sender-mismatch",
  "arp-flood",
  "arp-scan",
  "arp-storm",
  "inventory-contradicted",
]);

/** What a correct analysis says: `address mac` of each claim that is wrong. */
interface Subject {
  readonly name: string;
  readonly capture: string;
  readonly topology: string | null;
  readonly accused: ReadonlySet<string>;
}

/** Null where the tool could not be run. */
type Accusations = ReadonlySet<string> | null;

interface Tool {
  readonly name: string;
  accuse(subject: Subject): Promise<Accusations>;
}

interface Counts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

const TOOLS: readonly Tool[] = [
  {
    name: "lvs-pcap, roles given",
    accuse: async ({ capture, topology }) => (topology === null ? null : ours(capture, topology)),
  },
  { name: "lvs-pcap, no roles", accuse: async ({ capture }) => ours(capture, null) },
  { name: "Wireshark", accuse: async ({ capture }) => wireshark(capture) },
  { name: "arpwatch", accuse: async ({ capture }) => arpwatch(capture) },
];

function subjects(): Subject[] {
  const recordings = loadRecordings().map(({ name, capture, topology, expected }) => ({
    name,
    capture,
    topology,
    accused: pairsOf(expected.findings),
  }));
  const collected = loadCollected().flatMap(({ name, capture, expected }) =>
    // Random bits have no truth to measure by.
    expected.findings === undefined
      ? []
      : [{ name: `collected/${name}`, capture, topology: null, accused: pairsOf(expected.findings) }],
  );
  return [...recordings, ...collected];
}

function pairsOf(
  findings: readonly { readonly kind: string; readonly ip: string; readonly claimant: string }[],
): Set<string> {
  const accusing = findings.filter(({ kind }) => !NOTICES.has(kind));
  return new Set(accusing.map(({ ip, claimant }) => `${ip} ${claimant}`));
}

async function ours(capture: string, topology: string | null): Promise<Set<string>> {
  const { findings } = await analyzeCapture(capture, topology === null ? {} : { topology });
  const accusing = findings.filter(({ severity }) => severity !== "notice");
  return new Set(accusing.map(({ ip, claimant }) => `${ip} ${claimant.mac}`));
}

/** The MAC that its frame brings for the address that it calls a duplicate. */
function wireshark(capture: string): Accusations {
  const fields = [
    "_ws.expert.message",
    "arp.src.proto_ipv4",
    "arp.src.hw_mac",
    "arp.dst.proto_ipv4",
    "arp.dst.hw_mac",
  ];
  const args = ["-n", "-r", capture, "-Y", "arp.duplicate-address-detected", "-T", "fields"];
  const { status, stdout } = spawnSync("tshark", [...args, ...fields.flatMap((field) => ["-e", field])], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) return null;
  const accused = new Set<string>();
  for (const line of stdout.split("\n").filter((text) => text !== "")) {
    const [message = "", senderIp, senderMac, targetIp, targetMac] = line.split("\t");
    for (const [, ip = ""] of message.matchAll(/Duplicate IP address configured \(([\d.]+)\)/g)) {
      if (ip === senderIp) accused.add(`${ip} ${senderMac}`);
      else if (ip === targetIp) accused.add(`${ip} ${targetMac}`);
    }
  }
  return accused;
}

/** The new MAC in its reports of a change; what it only logs, and first sightings, accuse nobody. */
function arpwatch(capture: string): Accusations {
  const scratch = mkdtempSync(join(tmpdir(), "lvs-pcap-arpwatch-"));
  try {
    const data = join(scratch, "arp.dat");
    writeFileSync(data, "");
    const { status, stdout, stderr } = spawnSync(ARPWATCH, ["-N", "-d", "-f", data, "-r", capture], {
      encoding: "utf8",
      timeout: 120_000,
      maxBuffer: 1 << 28,
    });
    if (status !== 0) return null;
    const accused = new Set<string>();
    for (const report of `${stdout}\n${stderr}`.split("From: ")) {
      if (!/Subject: (changed ethernet address|flip flop|reused old ethernet address)/.test(report)) continue;
      const ip = /ip address: (\S+)/.exec(report)?.[1];
      const mac = /^ *ethernet address: (\S+)/m.exec(report)?.[1];
      if (ip !== undefined && mac !== undefined) accused.add(`${ip} ${padded(mac)}`);
    }
    return accused;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function padded(mac: string): string {
  return mac
    .split(":")
    .map((byte) => byte.padStart(2, "0"))
    .join(":");
}

function add(counts: Counts, truth: ReadonlySet<string>, said: ReadonlySet<string>): void {
  for (const pair of said) counts[truth.has(pair) ? "truePositives" : "falsePositives"]++;
  for (const pair of truth) if (!said.has(pair)) counts.falseNegatives++;
}

function addFile(counts: Counts, isWrong: boolean, isFlagged: boolean): void {
  if (isWrong) counts[isFlagged ? "truePositives" : "falseNegatives"]++;
  else counts[isFlagged ? "falsePositives" : "trueNegatives"]++;
}

function none(): Counts {
  return { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
}

function share(part: number, rest: number): string {
  return part + rest === 0 ? "–" : `${((100 * part) / (part + rest)).toFixed(1)} %`;
}

function cell(truth: ReadonlySet<string>, said: Accusations): string {
  if (said === null) return "–";
  const right = [...said].filter((pair) => truth.has(pair)).length;
  const wrong = said.size - right;
  const missed = truth.size - right;
  const parts = [
    ...(right > 0 ? [`${right} right`] : []),
    ...(wrong > 0 ? [`**${wrong} wrong**`] : []),
    ...(missed > 0 ? [`**${missed} missed**`] : []),
  ];
  return parts.length === 0 ? "clean" : parts.join(", ");
}

function summaryRow(name: string, files: Counts, pairs: Counts): string {
  const cells = [
    name,
    ...[files.truePositives, files.falsePositives, files.falseNegatives, files.trueNegatives].map(String),
    share(files.truePositives, files.falsePositives),
    share(files.truePositives, files.falseNegatives),
    ...[pairs.truePositives, pairs.falsePositives, pairs.falseNegatives].map(String),
    share(pairs.truePositives, pairs.falsePositives),
    share(pairs.truePositives, pairs.falseNegatives),
  ];
  return `| ${cells.join(" | ")} |`;
}

async function main(): Promise<void> {
  const all = subjects();
  const rows: string[] = [];
  const totals = TOOLS.map(() => ({ files: none(), pairs: none(), judged: 0 }));
  for (const subject of all) {
    const cells: string[] = [];
    for (const [index, tool] of TOOLS.entries()) {
      const said = await tool.accuse(subject);
      cells.push(cell(subject.accused, said));
      const total = totals[index];
      if (said === null || total === undefined) continue;
      total.judged++;
      add(total.pairs, subject.accused, said);
      addFile(total.files, subject.accused.size > 0, said.size > 0);
    }
    const truth = subject.accused.size === 0 ? "nothing wrong" : `${subject.accused.size} wrong`;
    rows.push(`| ${subject.name} | ${truth} | ${cells.join(" | ")} |`);
  }
  const summary = TOOLS.flatMap(({ name }, index) => {
    const total = totals[index];
    if (total === undefined) return [];
    if (total.judged === 0) return [`| ${name} | not installed: skipped |${" |".repeat(10)}`];
    return [summaryRow(name, total.files, total.pairs)];
  });
  const text = [
    `<!-- Generated by \`${COMMAND}\`; do not edit. -->`,
    "",
    "# Accuracy",
    "",
    `Over the ${all.length} captures under captures/ whose truth is known: recordings of real kernels, and other people's captures`,
    "(captures/collected/SOURCES.md). A capture is flagged where something above a notice is found. An accusation is an address and the",
    "MAC that wrongly claims it: for Wireshark the MAC in the frame that it calls a duplicate, for arpwatch the new MAC in its report. Of an",
    "address conflict, where nothing tells who is right, lvs-pcap names both hosts; it is counted by the one that it lists as claimant.",
    "",
    "| | captures: right | wrong | missed | rightly clean | precision | recall | accusations: right | wrong | missed | precision | recall |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...summary,
    "",
    "Roles are given to the recordings only, since nobody knows those of the others.",
    "",
    "## Capture by capture",
    "",
    `| capture | truth | ${TOOLS.map(({ name }) => name).join(" | ")} |`,
    `|---|---|${"---|".repeat(TOOLS.length)}`,
    ...rows,
    "",
  ].join("\n");
  process.stdout.write(text);
  for (const [index, { name }] of TOOLS.entries()) {
    if (totals[index]?.judged === 0)
      process.stderr.write(`SKIPPED: ${name} cannot be run here; its row is empty\n`);
  }
  mkdirSync(join(OUTPUT, ".."), { recursive: true });
  writeFileSync(OUTPUT, text);
}

await main();
