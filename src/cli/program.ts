import { ExitStatus } from "./exit-status.ts";
import { run } from "./run.ts";
import { StandardOutput } from "./standard-output.ts";

// There is nowhere left to say that standard error is gone.
process.stderr.on("error", () => {});
const output = new StandardOutput(process.stdout, (line) => process.stderr.write(line));
process.on("exit", () => {
  if (output.hasFailed) process.exitCode = ExitStatus.Failed;
});

run(process.argv.slice(2), {
  stdout: output.stream,
  stderr: process.stderr,
  openStdin: () => process.stdin,
  stdoutFd: 1,
  environment: process.env,
}).then((status) => {
  process.exitCode = status;
});
