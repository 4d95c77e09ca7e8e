import { statSync } from "node:fs";
import { type Command, Option } from "commander";
import { type AnalyzeOptions, analyzeCapture } from "../analyze.ts";
import { LvsPcapError } from "../errors.ts";
import { OutputFile } from "../files/output-file.ts";
import { expectDistinct, expectOutputIsNoInput } from "../files/output-target.ts";
import { NEIGHBOUR_MODELS, type NeighbourModelName } from "../neighbours/caches/models/model.ts";
import { FORMATS, type Format, render } from "../reports/formats.ts";
import { isReport } from "../reports/own-report.ts";
import { opinionText } from "../reports/second-opinion-text.ts";
import { printable } from "../words/letters.ts";
import { wantsColor } from "./color.ts";
import type { CommandContext } from "./context.ts";
import { exportEvidence, prepareEvidence } from "./evidence-option.ts";
import { exitStatusOf, FAIL_ON, type FailOn } from "./exit-status.ts";
import { keepMemorySmall } from "./process-memory.ts";
import { ProgressBar } from "./progress.ts";
import { addRoleOptions, filesRead, type RoleFlags, rolesFromFlags } from "./role-options.ts";

interface AnalyzeFlags extends RoleFlags {
  neighbourModel: NeighbourModelName;
  format: Format;
  output?: string;
  evidence?: string;
  force?: true;
  hash?: true;
  secondOpinion?: true;
  recover?: true;
  expect?: string;
  vendors?: true;
  failOn: FailOn;
  progress: boolean;
  color: boolean;
}

/** Up to here a capture is read before it pays to have the engine hold its memory down. */
const SMALL_BYTES = 1_000_000;

const EPILOGUE = `
Exit status: 0 nothing at or above --fail-on, 1 at least one such finding, an
expectation that the frames contradict, or a second opinion that differs, 2 the
work could not be done, 3 undetermined: nothing was found, but no frame could
have shown it (no ARP and no forwarding, or one direction only).

Examples:
  lvs-pcap analyze incident.pcap
  lvs-pcap analyze incident.pcap --vip 192.168.1.2 --director 192.168.1.10
  lvs-pcap analyze incident.pcap --inventory /etc/keepalived/keepalived.conf
  lvs-pcap analyze incident.pcap --format html --output report.html
  lvs-pcap analyze incident.pcap --evidence evidence.pcapng
  lvs-pcap analyze after-change.pcap --expect cluster.yaml
  lvs-pcap analyze /var/log/dump.pcap* --topology cluster.yaml --format json
  ssh gw tcpdump -i eth0 -c 100000 -U -w - | lvs-pcap analyze -`;

/** `lvs-pcap analyze`: offline, one or more captures. */
export function addAnalyzeCommand(
  program: Command,
  context: CommandContext,
  exitWith: (status: number) => void,
): void {
  const command = program
    .command("analyze")
    .summary("say what happened in one or more captures")
    .description(
      "Follows every IP-to-MAC binding through the captures, models what each host's\nneighbour cache took from which frame, and names the host behind a wrong entry.",
    )
    .argument(
      "<capture...>",
      "pcap, pcapng or PDML files, plain or in gzip or zstd, in any order; frames are merged by time; - is standard input",
    );
  addRoleOptions(command);
  command
    .optionsGroup("Reading:")
    .addOption(
      new Option("--neighbour-model <model>", "how the hosts' neighbour caches learn")
        .choices(NEIGHBOUR_MODELS)
        .default("linux"),
    )
    .option("--recover", "go on past damage, with the next record that looks like one")
    .optionsGroup("The report:")
    .addOption(new Option("--format <format>", "form of the report").choices(FORMATS).default("table"))
    .option("--output <file>", "write the report to a file")
    .option("--evidence <file>", "write the frames that prove the findings to a pcapng file")
    .option("--force", "let them replace a file that lvs-pcap did not write; never one that is read")
    .option("--hash", "put the SHA-256 of each capture into it; html and --evidence do so anyway")
    .option("--vendors", "name the vendor of each network card; html does so anyway")
    .option("--second-opinion", "read each capture again with an independent decoder, as verify does")
    .optionsGroup("What makes the exit status 1:")
    .addOption(
      new Option("--fail-on <severity>", "the mildest finding that does").choices(FAIL_ON).default("warning"),
    )
    .option("--expect <file>", "a topology as a test, which the frames must not contradict")
    .optionsGroup("Options:")
    .option("--no-progress", "no progress bar for large captures")
    .option("--no-color", "no colour, as with NO_COLOR in the environment")
    .addHelpText("after", EPILOGUE)
    .action(async (captures: string[], flags: AnalyzeFlags) => {
      exitWith(await analyze(captures, flags, context));
    });
}

async function analyze(captures: string[], flags: AnalyzeFlags, context: CommandContext): Promise<number> {
  if (captures.filter((capture) => capture === "-").length > 1) {
    throw new LvsPcapError("bad-usage", "standard input (-) can be read only once");
  }
  const output = await prepareOutputs(captures, flags);
  const bar =
    flags.progress && context.stderr.isTTY === true
      ? new ProgressBar(context.stderr, () => performance.now())
      : null;
  const options: AnalyzeOptions = {
    ...rolesFromFlags(flags),
    neighbourModel: flags.neighbourModel,
    hash: flags.hash === true || flags.format === "html" || flags.evidence !== undefined,
  };
  if (flags.recover === true) options.recover = true;
  if (flags.secondOpinion === true) options.secondOpinion = true;
  if (flags.expect !== undefined) options.expect = flags.expect;
  if (flags.vendors === true || flags.format === "html") options.vendors = true;
  if (bar !== null) options.onProgress = ({ bytes, sizeBytes }) => bar.update(bytes, sizeBytes);
  if (captures.some(mayBeLarge)) keepMemorySmall();

  const report = await analyzeCapture(captures, options).finally(() => bar?.clear());
  for (const { problem } of report.captures) {
    if (problem !== null) context.stderr.write(`lvs-pcap: ${printable(problem)}\n`);
  }
  for (const opinion of report.secondOpinion ?? []) {
    if (opinion.verified === true) continue;
    const file = report.captures[opinion.capture]?.file ?? "";
    context.stderr.write(`lvs-pcap: ${printable(`${file}: ${opinionText(opinion, report.captures)}`)}\n`);
  }
  for (const note of report.inventories.flatMap(({ notes }) => notes)) {
    context.stderr.write(`lvs-pcap: ${printable(note)}\n`);
  }
  const toTerminal = output === null && context.stdout.isTTY === true;
  const text = await render(flags.format, report, {
    color: toTerminal && wantsColor(flags, context),
    args: context.args ?? [],
    exitStatus: exitStatusOf(report, flags.failOn),
  });
  if (output === null) context.stdout.write(text);
  else await output.write(text);
  if (flags.evidence !== undefined)
    await exportEvidence(flags.evidence, captures, report, options, flags.force === true, context);
  return exitStatusOf(report, flags.failOn);
}

/** Refuses before the work what could not be written after it. */
async function prepareOutputs(captures: readonly string[], flags: AnalyzeFlags): Promise<OutputFile | null> {
  const { output, evidence } = flags;
  const force = flags.force === true;
  const inputs = [...filesRead(flags), ...(flags.expect === undefined ? [] : [flags.expect])];
  expectOutputIsNoInput([...captures, ...inputs]);
  expectDistinct([
    ...(output === undefined ? [] : [{ option: "--output", path: output }]),
    ...(evidence === undefined ? [] : [{ option: "--evidence", path: evidence }]),
  ]);
  if (evidence !== undefined) await prepareEvidence(evidence, captures, inputs, force);
  return output === undefined
    ? null
    : new OutputFile({
        option: "--output",
        path: output,
        inputs: [...captures, ...inputs],
        force,
        isOurs: isReport,
      });
}

/** Of what is no file, such as standard input, nobody knows how much comes; what cannot be read says so when it is opened. */
function mayBeLarge(capture: string): boolean {
  if (capture === "-") return true;
  try {
    const file = statSync(capture);
    return !file.isFile() || file.size > SMALL_BYTES;
  } catch {
    return false;
  }
}
