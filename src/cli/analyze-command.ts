import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { type AnalyzeOptions, analyzeCapture } from "../analyze.ts";
import { LvsPcapError } from "../errors.ts";
import { NEIGHBOUR_MODELS, type NeighbourModelName } from "../neighbours/models/model.ts";
import { FORMATS, type Format, render } from "../reports/formats.ts";
import { printable } from "../reports/text.ts";
import type { CommandContext } from "./context.ts";
import { exitStatusOf, FAIL_ON, type FailOn } from "./exit-status.ts";
import { ProgressBar } from "./progress.ts";
import { addRoleOptions, type RoleFlags, rolesFromFlags } from "./role-options.ts";

interface AnalyzeFlags extends RoleFlags {
  neighbourModel: NeighbourModelName;
  format: Format;
  output?: string;
  hash?: true;
  failOn: FailOn;
  progress: boolean;
  color: boolean;
}

const EPILOGUE = `
Exit status: 0 nothing at or above --fail-on, 1 at least one finding, 2 the work
could not be done.

Examples:
  lvs-pcap analyze incident.pcap --vip 192.168.1.2 --director 192.168.1.10
  lvs-pcap analyze incident.pcap --topology cluster.yaml --format json
  ssh gw tcpdump -i eth0 -c 100000 -U -w - | lvs-pcap analyze - --vip 192.168.1.2`;

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
    .argument("<capture...>", "pcap files in order of time; - is standard input");
  addRoleOptions(command);
  command
    .addOption(
      new Option("--neighbour-model <model>", "how the hosts' neighbour caches learn")
        .choices(NEIGHBOUR_MODELS)
        .default("linux"),
    )
    .addOption(new Option("--format <format>", "form of the report").choices(FORMATS).default("table"))
    .option("--output <file>", "write the report to a file")
    .option("--hash", "put the SHA-256 of each capture into the report")
    .addOption(
      new Option("--fail-on <severity>", "mildest finding for exit status 1")
        .choices(FAIL_ON)
        .default("warning"),
    )
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
  const bar =
    flags.progress && context.stderr.isTTY === true
      ? new ProgressBar(context.stderr, () => performance.now())
      : null;
  const options: AnalyzeOptions = {
    ...rolesFromFlags(flags),
    neighbourModel: flags.neighbourModel,
    hash: flags.hash === true,
  };
  if (bar !== null) options.onProgress = ({ bytes, sizeBytes }) => bar.update(bytes, sizeBytes);

  const report = await analyzeCapture(captures, options).finally(() => bar?.clear());
  for (const { problem } of report.captures) {
    if (problem !== null) context.stderr.write(`lvs-pcap: ${printable(problem)}\n`);
  }
  const toTerminal = flags.output === undefined && context.stdout.isTTY === true;
  const text = render(flags.format, report, { color: toTerminal && wantsColor(flags, context) });
  if (flags.output === undefined) context.stdout.write(text);
  else await writeReport(flags.output, text);
  return exitStatusOf(report, flags.failOn);
}

/** NO_COLOR counts when it is set to anything but nothing (no-color.org). */
function wantsColor(flags: AnalyzeFlags, { environment }: CommandContext): boolean {
  const { NO_COLOR, TERM } = environment;
  return flags.color && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new LvsPcapError("bad-usage", `${path}: the report cannot be written: ${reason}`, { cause: error });
  }
}
