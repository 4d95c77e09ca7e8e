// @module-tag slow
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { withFailingCall } from "../support/failing-calls.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { keptDissection } from "../support/pdml.ts";
import { scratchPath } from "../support/scratch.ts";

const CAPTURE = writePcap(PROBLEM_3.frames, { nanosecond: false });
const RECORDING = join(import.meta.dirname, "..", "..", "captures", "problem-3", "capture.pcap");
/** More calls than any command makes here. */
const MOST_CALLS = 2_000;

let folders = 0;

/** What a command reads, and what stood before where it writes. */
function surroundings() {
  const folder = scratchPath(`run-${++folders}`);
  mkdirSync(folder);
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    capture: file("capture.pcap", CAPTURE),
    topology: file("cluster.yaml", "gateways: [192.168.1.1]\nvips: [192.168.1.2]\n"),
    inventory: file("neigh.txt", "192.168.1.1 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE\n"),
    recording: cpSync(RECORDING, join(folder, "recording.pcap")) ?? join(folder, "recording.pcap"),
    dissection: file("recording.pdml", keptDissection("problem-3")),
    report: file("report", OLD_REPORT),
    evidence: file("evidence.pcapng", OLD_EVIDENCE),
    events: join(folder, "events"),
    eve: join(folder, "eve.json"),
    state: join(folder, "state"),
  };
}

type Files = ReturnType<typeof surroundings>;

interface Outcome {
  readonly status: number;
  readonly stderr: string;
}

async function outcomeOf(args: readonly string[]): Promise<Outcome> {
  let stderr = "";
  const status = await run(args, {
    stdout: { write: () => true },
    stderr: {
      write: (text: string | Uint8Array) => {
        stderr += String(text);
        return true;
      },
    },
    openStdin: () => Readable.from([CAPTURE]),
    environment: { PATH: "/bin:/usr/bin" },
  });
  return { status, stderr };
}

const COMMANDS: readonly (readonly [string, (files: Files) => readonly string[]])[] = [
  [
    "analyze",
    ({ capture, topology, inventory, report, evidence }) => [
      ...["analyze", capture, "--topology", topology, "--inventory", inventory, "--expect", topology],
      ...["--format", "json", "--second-opinion", "--output", report, "--evidence", evidence],
    ],
  ],
  ["analyze, several", ({ capture, recording }) => ["analyze", capture, recording, "--hash"]],
  [
    "analyze, as a page",
    ({ capture, report }) => ["analyze", capture, "--format", "html", "--output", report],
  ],
  ["topology", ({ capture, report }) => ["topology", capture, "--output", report, "--force"]],
  ["verify", ({ capture }) => ["verify", capture]],
  ["verify --pdml", ({ recording, dissection }) => ["verify", recording, "--pdml", dissection]],
  ["explain", () => ["explain", "vip-reply"]],
  [
    "watch",
    ({ topology, report, events, eve, state }) => [
      ...["watch", "--topology", topology, "--format", "ndjson", "--output", events, "--report", report],
      ...["--eve", eve, "--state", state, "--metrics", ":0", "--exec", "true"],
    ],
  ],
];

/** What stood there before; of lvs-pcap, so that it may be replaced. */
const OLD_REPORT = "CLEAN  nothing wrong was found\n  old.pcap: 1 frame\n";
const OLD_EVIDENCE = Buffer.concat([
  Buffer.from("\n\r\r\n"),
  Buffer.alloc(24),
  Buffer.from("Evidence for 1 finding, selected by lvs-pcap 0.0.0. Old."),
]);

describe.each(COMMANDS)("%s, whichever call to the system fails", (_, argsFor) => {
  it("ends with 0, 1, 2 or 3 and words, and leaves each file whole: the old one or the new one", async () => {
    // Loads what is loaded on demand, and shows the files as they should be.
    const whole = surroundings();
    await outcomeOf(argsFor(whole));
    const wrong: string[] = [];
    let number = 1;
    for (; number < MOST_CALLS; number++) {
      const files = surroundings();
      const { result, failed } = await withFailingCall(number, () => outcomeOf(argsFor(files)));
      if (failed === null) break;
      const { status, stderr } = result;
      const said = stderr.replaceAll("\n", " | ");
      if (![0, 1, 2, 3].includes(status)) wrong.push(`call ${number}, ${failed}: status ${status}`);
      if (/^ {4}at |unexpected error|EIO/m.test(stderr)) wrong.push(`call ${number}, ${failed}: ${said}`);
      if (!isWholeText(files.report)) wrong.push(`call ${number}, ${failed}: the report is broken`);
      if (!isOneOf(files.evidence, [OLD_EVIDENCE, readFileSync(whole.evidence)]))
        wrong.push(`call ${number}, ${failed}: the evidence is broken`);
    }
    expect(wrong).toEqual([]);
    expect(number).toBeLessThan(MOST_CALLS);
  }, 300_000);
});

/** The old report, or a new one to its end. */
function isWholeText(path: string): boolean {
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8");
  return text === OLD_REPORT || (text.length > 100 && text.endsWith("\n"));
}

/** But for the names in it, which differ from run to run, and are equally long. */
function isOneOf(path: string, contents: readonly Buffer[]): boolean {
  const { length } = readFileSync(path);
  return contents.some((content) => Math.abs(content.length - length) < 200);
}
