import { type Command, Option } from "commander";
import { type AnalyzeOptions, analyzeCapture } from "../analyze.ts";
import { OutputFile } from "../files/output-file.ts";
import { expectOutputIsNoInput } from "../files/output-target.ts";
import { NEIGHBOUR_MODELS, type NeighbourModelName } from "../neighbours/caches/models/model.ts";
import { printable } from "../words/letters.ts";
import type { CommandContext } from "./context.ts";
import { ExitStatus } from "./exit-status.ts";
import { ProgressBar } from "./progress.ts";
import { addRoleOptions, filesRead, type RoleFlags, rolesFromFlags } from "./role-options.ts";

interface TopologyFlags extends RoleFlags {
  neighbourModel: NeighbourModelName;
  format: "yaml" | "json";
  output?: string;
  force?: true;
  progress: boolean;
}

const EPILOGUE = `
The file says for each VIP and gateway by which frames its part is known. Check
it, correct it, and use it: analyze --topology, or as a test: analyze --expect.

Examples:
  lvs-pcap topology incident.pcap --output cluster.yaml
  lvs-pcap topology incident.pcap --inventory keepalived.conf
  lvs-pcap topology gateway.pcap director.pcap --inventory neigh.json`;

/** `lvs-pcap topology`: what the frames show of who is who, as a topology file. */
export function addTopologyCommand(
  program: Command,
  context: CommandContext,
  exitWith: (status: number) => void,
): void {
  const command = program
    .command("topology")
    .summary("write who is who, as captures show it, as a topology file")
    .description(
      "Works out VIPs, directors, real servers and gateways from captures, and from\nwhat is given, and writes them as a file to check, to correct and to use.",
    )
    .argument("<capture...>", "capture files, in any order; - is standard input");
  addRoleOptions(command);
  command
    .addOption(
      new Option("--neighbour-model <model>", "how the hosts' neighbour caches learn")
        .choices(NEIGHBOUR_MODELS)
        .default("linux"),
    )
    .addOption(new Option("--format <format>", "form of the file").choices(["yaml", "json"]).default("yaml"))
    .option("--output <file>", "write it to a file; one that is there already is kept")
    .option("--force", "let --output replace a file; never one that is read")
    .option("--no-progress", "no progress bar for large captures")
    .addHelpText("after", EPILOGUE)
    .action(async (captures: string[], flags: TopologyFlags) => {
      await writeTopology(captures, flags, context);
      exitWith(ExitStatus.Clean);
    });
}

async function writeTopology(
  captures: string[],
  flags: TopologyFlags,
  context: CommandContext,
): Promise<void> {
  const inputs = [...captures, ...filesRead(flags)];
  expectOutputIsNoInput(inputs);
  const output =
    flags.output === undefined
      ? null
      : new OutputFile({
          option: "--output",
          path: flags.output,
          inputs,
          force: flags.force === true,
          // Somebody may have corrected the file that is there.
          isOurs: null,
        });
  const bar =
    flags.progress && context.stderr.isTTY === true
      ? new ProgressBar(context.stderr, () => performance.now())
      : null;
  const options: AnalyzeOptions = {
    ...rolesFromFlags(flags),
    neighbourModel: flags.neighbourModel,
    vendors: true,
  };
  if (bar !== null) options.onProgress = ({ bytes, sizeBytes }) => bar.update(bytes, sizeBytes);
  const report = await analyzeCapture(captures, options).finally(() => bar?.clear());
  const problems = report.captures.flatMap(({ problem }) => problem ?? []);
  for (const line of [...problems, ...report.inventories.flatMap(({ notes }) => notes)]) {
    context.stderr.write(`lvs-pcap: ${printable(line)}\n`);
  }
  const { renderTopologyJson, renderTopologyYaml } = await import("../reports/topology-file.ts");
  const text = flags.format === "json" ? renderTopologyJson(report) : renderTopologyYaml(report);
  if (output === null) context.stdout.write(text);
  else await output.write(text);
}
