import { type Command, Option } from "commander";
import { LvsPcapError } from "../errors.ts";
import { readKnowledge } from "../knowledge/knowledge.ts";
import { NEIGHBOUR_MODELS, type NeighbourModelName } from "../neighbours/caches/models/model.ts";
import { FORMATS, type Format } from "../reports/formats.ts";
import { ipText } from "../reports/text.ts";
import type { ClockStep } from "../watch/clock.ts";
import type { LiveStream } from "../watch/live-source.ts";
import type { Tcpdump } from "../watch/tcpdump.ts";
import { type WatchControls, type WatchOptions, watchCapture } from "../watch.ts";
import { elapsedText } from "../words/counts.ts";
import { printable } from "../words/letters.ts";
import type { CommandContext } from "./context.ts";
import { ExitStatus, exitStatusOf, FAIL_ON, type FailOn } from "./exit-status.ts";
import { keepMemorySmall, releaseMemory } from "./process-memory.ts";
import { addRoleOptions, type RoleFlags, rolesFromFlags } from "./role-options.ts";
import { addSinkOptions, type SinkFlags, sinkSettings } from "./sink-options.ts";
import { WatchOutput } from "./watch-output.ts";
import { statusParts } from "./watch-screen.ts";
import { prepareOutputs, reportDropped, serviceNotifier, surroundings } from "./watch-surroundings.ts";

interface WatchFlags extends RoleFlags, SinkFlags {
  interface?: string;
  tcpdumpUser: string;
  printFilter?: true;
  neighbourModel: NeighbourModelName;
  format: Format;
  output?: string;
  report?: string;
  force?: true;
  failOn: FailOn;
  color: boolean;
}

const EPILOGUE = `
lvs-pcap itself needs no privilege: it reads a pipe. tcpdump needs CAP_NET_RAW.

An alert comes when its frame does; tcpdump hands frames over by the block, up
to a second late, unless told --immediate-mode. --interface does so.

SIGINT and SIGTERM end the watch with a report. SIGHUP reads the topology and
inventories again, and opens --output anew.

Exit status: that of analyze; 2 also where tcpdump ended by itself, or the disk
had no room for an event or the report.

Examples:
  tcpdump -i eth0 --immediate-mode -U -w - | lvs-pcap watch --vip 192.168.1.2
  lvs-pcap watch --interface eth0 --topology cluster.yaml
  ssh gw tcpdump -i eth0 --immediate-mode -U -w - \\
    | lvs-pcap watch --format ndjson`;

/** `lvs-pcap watch`: live, a capture stream or an interface. */
export function addWatchCommand(
  program: Command,
  context: CommandContext,
  exitWith: (status: number) => void,
): void {
  const command = program
    .command("watch")
    .summary("follow a capture while it is taken, and tell what happens as it does")
    .description(
      "Follows a capture stream on standard input, or an interface, and tells of each\npoisoning within milliseconds of the frame that shows it.",
    )
    .argument("[input]", "- is standard input, and may be left out")
    .option("--interface <name>", "have tcpdump capture there; any is all of them")
    .option("--tcpdump-user <user>", "for whom tcpdump gives up root's rights (its -Z)", "nobody")
    .option("--print-filter", "print the filter that --interface gives tcpdump, and end");
  addRoleOptions(command);
  command
    .addOption(
      new Option("--neighbour-model <model>", "how the hosts' neighbour caches learn")
        .choices(NEIGHBOUR_MODELS)
        .default("linux"),
    )
    .addOption(
      new Option("--format <format>", "form of events, as table or ndjson, and of the report at the end")
        .choices(FORMATS)
        .default("table"),
    )
    .option("--output <file>", "append to a file instead of writing to standard output")
    .option("--report <file>", "write the report at the end to a file, as JSON")
    .option("--force", "let these use a file that lvs-pcap did not write; never one that is read");
  addSinkOptions(command);
  command
    .addOption(
      new Option("--fail-on <severity>", "mildest finding for exit status 1")
        .choices(FAIL_ON)
        .default("warning"),
    )
    .option("--no-color", "no colour, as with NO_COLOR in the environment")
    .addHelpText("after", EPILOGUE)
    .action(async (input: string | undefined, flags: WatchFlags) => {
      exitWith(await watch(input, flags, context));
    });
}

async function watch(input: string | undefined, flags: WatchFlags, context: CommandContext): Promise<number> {
  if (input !== undefined && input !== "-") {
    throw new LvsPcapError(
      "bad-usage",
      `${input}: watch reads a stream, standard input (-) or --interface; for files there is analyze`,
    );
  }
  if (flags.printFilter === true) return printFilter(flags, context);
  const report = prepareOutputs(flags);
  const settings = sinkSettings(flags);
  const knowledge = rolesFromFlags(flags);
  const say = (line: string) => output.note(`lvs-pcap: ${printable(line)}`);
  let controls: WatchControls | null = null;
  let tcpdump: Tcpdump | null = null;
  const stop = () => {
    // What tcpdump still holds comes with its end; a stream of somebody else's may never end.
    if (tcpdump === null) controls?.stop();
    else {
      tcpdump.stop();
      void tcpdump.ended.then(() => controls?.stop());
    }
  };
  const output = await WatchOutput.open(flags, report, context, () => controls?.gauges() ?? null, stop);
  const service = await serviceNotifier(context, say);
  const reload = () => {
    output.reopen();
    void controls?.reload().then(
      () => say("topology and inventories were read again"),
      (error: unknown) => say(`${messageOf(error)}; the roles stay as they were`),
    );
  };
  keepMemorySmall();
  process.once("SIGINT", stop).once("SIGTERM", stop).on("SIGHUP", reload);
  try {
    tcpdump = flags.interface === undefined ? null : await startTcpdump(flags.interface, flags, knowledge);
    // Before the sinks are opened: they hold the process until they are closed.
    const stream = tcpdump?.stream ?? standardInput(context);
    const { sinks, ...memory } = await surroundings(
      flags.state,
      settings,
      context,
      () => controls?.gauges() ?? null,
      say,
    );
    const options: WatchOptions = {
      ...knowledge,
      ...memory,
      sinks,
      neighbourModel: flags.neighbourModel,
      name: flags.interface ?? "-",
      onEvent: (event) => output.tell(event),
      onStart: (started) => {
        controls = started;
        // The first bytes are the capture's header: whoever captures listens by then.
        service?.start(
          () => started.gauges().bytes > 0,
          () => statusParts(started.gauges()).join(", "),
        );
      },
      onForgotten: releaseMemory,
      onClockStep: (step) => say(stepText(step)),
      ...(tcpdump !== null && { capturer: tcpdump }),
    };
    const result = await watchCapture(stream, options)
      .catch(async (error: unknown) => {
        throw (await failureOf(tcpdump)) ?? fromTheBeginning(error);
      })
      .finally(() => reportDropped(sinks, say));
    for (const { problem } of result.captures) if (problem !== null) say(problem);
    await output.finish(result);
    const failure = await failureOf(tcpdump);
    if (failure !== null) say(failure.message);
    return failure !== null || output.hasFailed ? ExitStatus.Failed : exitStatusOf(result, flags.failOn);
  } finally {
    process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop).removeListener("SIGHUP", reload);
    service?.stop();
    tcpdump?.stop();
    await output.close();
  }
}

/** For whoever starts tcpdump himself, as a unit of systemd does. */
async function printFilter(flags: WatchFlags, { stdout }: CommandContext): Promise<number> {
  const { roles } = await readKnowledge(rolesFromFlags(flags));
  const { captureFilter } = await import("../watch/tcpdump.ts");
  const vips = roles.vips.map(({ ip }) => ipText(ip));
  stdout.write(`${captureFilter(vips, flags.interface === "any")}\n`);
  return ExitStatus.Clean;
}

async function startTcpdump(
  interfaceName: string,
  flags: WatchFlags,
  knowledge: Parameters<typeof readKnowledge>[0],
): Promise<Tcpdump> {
  const { roles } = await readKnowledge(knowledge);
  const { Tcpdump } = await import("../watch/tcpdump.ts");
  return new Tcpdump({
    interface: interfaceName,
    vips: roles.vips.map(({ ip }) => ipText(ip)),
    dropTo: process.getuid?.() === 0 ? flags.tcpdumpUser : null,
  });
}

function standardInput({ openStdin }: CommandContext): LiveStream {
  const stream = openStdin?.();
  if (stream === undefined || stream.isTTY === true) {
    throw new LvsPcapError(
      "bad-usage",
      "standard input is a terminal; expected a capture stream, as of tcpdump -U -w -, or --interface",
    );
  }
  return stream;
}

async function failureOf(tcpdump: Tcpdump | null): Promise<LvsPcapError | null> {
  const failure = tcpdump === null ? null : (await tcpdump.ended).failure;
  return failure === null ? null : new LvsPcapError("unreadable-file", failure);
}

/** Whoever joins a stream that is under way lacks its header. */
function fromTheBeginning(error: unknown): unknown {
  if (!(error instanceof LvsPcapError) || error.code !== "not-a-capture") return error;
  const hint = "; the stream has to be read from its beginning: start tcpdump -U -w - with the watch";
  return new LvsPcapError(error.code, `${error.message}${hint}`, { cause: error });
}

function stepText({ captureMs, elapsedMs }: ClockStep): string {
  const way = captureMs < elapsedMs ? "back" : "forward";
  const by = elapsedText(Math.round(Math.abs(captureMs - elapsedMs)) * 1e6);
  return `the capture's clock was set ${way} by ${by}; timers go on as if it had not been`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
