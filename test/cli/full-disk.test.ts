// @module-tag slow
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { BUILT_COMMAND } from "../support/cli.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";

const CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames, { nanosecond: false }));

/** The built command by a shell: `$0 "$@"`, with the capture on standard input. */
function shell(script: string, args: readonly string[]) {
  return spawnSync("bash", ["-c", `${script} < '${CAPTURE}'`, process.execPath, BUILT_COMMAND, ...args], {
    encoding: "utf8",
  });
}

const COMMANDS: readonly (readonly string[])[] = [
  ["analyze", CAPTURE],
  ["analyze", CAPTURE, "--format", "json"],
  ["topology", CAPTURE],
  ["verify", CAPTURE],
  ["explain"],
  ["explain", "vip-reply"],
  ["--help"],
  ["--version"],
  ["help", "watch"],
];

describe("standard output on a full disk", () => {
  it.each(COMMANDS)("is one line and exit status 2: %s %s %s", (...args) => {
    const { status, stderr } = shell('"$0" "$@" > /dev/full', args);
    expect([status, stderr]).toEqual([
      2,
      "lvs-pcap: standard output: cannot be written: no space left on the disk\n",
    ]);
  });

  it.each(["table", "ndjson", "json"])("makes the exit status of watch 2, at its end: %s", (format) => {
    const { status, stderr } = shell('"$0" "$@" > /dev/full', ["watch", "--format", format]);
    expect(status).toBe(2);
    expect(stderr.match(/no space left on the disk/g)).toHaveLength(1);
    expect(stderr).not.toContain("    at ");
  });

  it("is noticed where the disk takes a part of the report", () => {
    const file = scratchPath("limited");
    const { status, stderr } = shell(`ulimit -f 1; "$0" "$@" > '${file}'`, ["analyze", CAPTURE]);
    expect([status, stderr]).toEqual([
      2,
      "lvs-pcap: standard output: cannot be written: the file would be too large\n",
    ]);
  });
});

describe("standard error on a full disk", () => {
  it.each([
    ["analyze", CAPTURE],
    ["analyze", "no-such-file"],
    ["analyze", "--no-such-option"],
  ])("changes nothing else: %s %s", (...args) => {
    const { status, stdout } = shell('"$0" "$@"', args);
    expect(shell('"$0" "$@" 2> /dev/full', args)).toMatchObject({ status, stdout });
  });
});

describe("a reader of standard output that goes away", () => {
  it.each(COMMANDS)("changes neither the exit status nor says anything: %s %s %s", (...args) => {
    const { status } = shell('"$0" "$@"', args);
    const gone = shell('set -o pipefail; { sleep 0.3; "$0" "$@"; } | true', args);
    expect([gone.status, gone.stderr]).toEqual([status, ""]);
  });
});
