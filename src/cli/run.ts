import { Command, CommanderError } from "commander";
import { LvsPcapError } from "../errors.ts";
import { systemCode, systemReason } from "../files/system-error.ts";
import { VERSION } from "../version.ts";
import { printable } from "../words/letters.ts";
import { addAnalyzeCommand } from "./analyze-command.ts";
import type { CommandContext } from "./context.ts";
import { ExitStatus } from "./exit-status.ts";
import { addExplainCommand } from "./explain-command.ts";
import { addTopologyCommand } from "./topology-command.ts";
import { addVerifyCommand } from "./verify-command.ts";
import { addWatchCommand } from "./watch-command.ts";

/**
 * Runs the command line.
 *
 * @param args what follows the command's name
 * @returns the exit status; anything to say was written to `context`
 */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  let status: number = ExitStatus.Clean;
  const program = new Command("lvs-pcap")
    .description(
      "Reads packet captures and says which host poisoned whose ARP cache:\nabove all which real server of a Linux Virtual Server took the VIP from its director.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", "\nlvs-pcap help <command> prints a command's options, with examples.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: (text, write) => write(`lvs-pcap: ${oneLine(text.replace(/^error: /, ""))}\n`),
    });
  const exitWith = (exitStatus: number) => {
    status = exitStatus;
  };
  addAnalyzeCommand(program, { ...context, args }, exitWith);
  addWatchCommand(program, { ...context, args }, exitWith);
  addVerifyCommand(program, context, exitWith);
  addTopologyCommand(program, context, exitWith);
  addExplainCommand(program, context);

  try {
    await program.parseAsync(args, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.Clean : ExitStatus.Failed;
    context.stderr.write(`lvs-pcap: ${describe(error)}\n`);
    return ExitStatus.Failed;
  }
}

/** What commander says repeats the arguments, and those come from anywhere. */
function oneLine(text: string): string {
  return printable(text.trim().replace(/\s*\n\s*/g, " "));
}

/** One line, whatever went wrong: a stack helps nobody who has a network to mend. */
function describe(error: unknown): string {
  if (error instanceof LvsPcapError) return printable(error.message);
  if (isRefusal(error))
    return printable(`${error.path === undefined ? "" : `${error.path}: `}${systemReason(error)}`);
  const message = error instanceof Error ? error.message : String(error);
  return `unexpected error, please report it: ${printable(message.split("\n", 1)[0] ?? "")}`;
}

/** The operating system refuses something: no fault of the program. */
function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && /^E[A-Z0-9]+$/.test(systemCode(error) ?? "");
}
