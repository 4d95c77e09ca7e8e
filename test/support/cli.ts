import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { run } from "../../src/cli/run.ts";
import type { Report } from "../../src/index.ts";
import { validReport } from "./schema.ts";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly stdoutIsTty?: boolean;
  readonly stderrIsTty?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The command, in this process: what it would print, and its exit status. */
export async function lvsPcap(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const stdout = new Output(surroundings.stdoutIsTty === true);
  const stderr = new Output(surroundings.stderrIsTty === true);
  const status = await run(args, { stdout, stderr, environment: surroundings.environment ?? {} });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

class Output {
  text = "";
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string | Uint8Array): boolean {
    this.text += typeof text === "string" ? text : Buffer.from(text).toString();
    return true;
  }
}

/** What the command was built into; `npm test` builds before it runs the tests. */
export const BUILT_COMMAND = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The built command as a process of its own. */
export function builtLvsPcap(args: readonly string[], input: Uint8Array = Buffer.alloc(0)): Outcome {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [BUILT_COMMAND, ...args], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: "", FORCE_COLOR: undefined },
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** What `--format json` printed; it must be one report and nothing else. */
export function reportIn({ stdout, stderr }: Outcome): Report {
  if (stdout === "") throw new Error(`no report was printed: ${stderr}`);
  return validReport(JSON.parse(stdout));
}
