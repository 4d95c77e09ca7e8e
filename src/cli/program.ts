import { run } from "./run.ts";

// `lvs-pcap analyze ... | head` closes the pipe early; what it wanted to read it has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  openStdin: () => process.stdin,
  stdoutFd: 1,
  environment: process.env,
}).then((status) => {
  process.exitCode = status;
});
