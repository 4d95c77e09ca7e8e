// @module-tag slow
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BUILT_COMMAND, builtLvsPcap, lvsPcap, reportIn } from "../support/cli.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";
import { at, packet } from "../support/traffic.ts";

const CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));
const ROLES = [
  "--vip",
  VIP,
  "--director",
  DIRECTOR.ip,
  "--real-server",
  REAL_SERVER.ip,
  "--gateway",
  GATEWAY.ip,
];

describe("the built command", () => {
  it("prints what the sources print, and exits as they do", async () => {
    const args = ["analyze", CAPTURE, ...ROLES];
    expect(builtLvsPcap(args)).toEqual(await lvsPcap(args));
  });

  it("finds its version from where it was built to", () => {
    expect(builtLvsPcap(["--version"])).toMatchObject({ status: 0, stderr: "" });
  });

  it("runs by its name without being told of Node", () => {
    expect(readFileSync(BUILT_COMMAND, "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
  });

  it("says in one line what cannot be read, and exits with 2", () => {
    const missing = scratchPath("missing.pcap");
    expect(builtLvsPcap(["analyze", missing])).toEqual({
      status: 2,
      stdout: "",
      stderr: `lvs-pcap: ${missing}: cannot be read: no such file\n`,
    });
  });

  it("prints a report that is larger than a pipe holds, whole", () => {
    const hosts = Array.from({ length: 2000 }, (_, index) => {
      const ip = `10.0.${index >> 8}.${index & 255}`;
      return {
        ip,
        mac: `02:00:00:01:${index
          .toString(16)
          .padStart(4, "0")
          .replace(/(..)(..)/, "$1:$2")}`,
      };
    });
    const frames = hosts.map((host, index) => at(index, packet(host, REAL_SERVER, { destination: VIP })));
    const capture = scratchFile("many-hosts.pcap", writePcap(frames));
    const outcome = builtLvsPcap(["analyze", capture, "--vip", VIP, "--format", "json"]);
    expect(outcome.stdout.length).toBeGreaterThan(1 << 17);
    expect(reportIn(outcome).caches).toHaveLength(2000);
  });
});

describe("a capture on standard input", () => {
  it("gives the report of the file, the name apart", () => {
    const args = [...ROLES, "--hash", "--format", "json"];
    const fromFile = reportIn(builtLvsPcap(["analyze", CAPTURE, ...args]));
    const fromPipe = reportIn(builtLvsPcap(["analyze", "-", ...args], readFileSync(CAPTURE)));
    expect(fromPipe).toEqual({
      ...fromFile,
      captures: fromFile.captures.map((capture) => ({ ...capture, file: "-" })),
    });
  });

  it("may come slowly and in pieces", async () => {
    const child = spawn(process.execPath, [BUILT_COMMAND, "analyze", "-", ...ROLES, "--format", "json"]);
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const bytes = readFileSync(CAPTURE);
    for (const [start, end] of [
      [0, 3],
      [3, 30],
      [30, 31],
      [31, 200],
      [200, bytes.length],
    ] as const) {
      child.stdin.write(bytes.subarray(start, end));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.stdin.end();
    expect(await ended).toBe(1);
    expect(reportIn({ status: 1, stdout, stderr: "" }).captures[0]).toMatchObject({
      file: "-",
      complete: true,
    });
  });

  it("may be another program's, as in cat capture | lvs-pcap analyze -", () => {
    const command = 'cat "$1" | "$2" "$3" analyze - --vip 192.168.1.2 --fail-on never';
    const { status, stdout } = spawnSync(
      "sh",
      ["-c", command, "sh", CAPTURE, process.execPath, BUILT_COMMAND],
      {
        encoding: "utf8",
      },
    );
    expect([status, stdout.includes("12 frames")]).toEqual([0, true]);
  });

  it("is refused by the name - where nothing comes", () => {
    expect(builtLvsPcap(["analyze", "-"])).toEqual({
      status: 2,
      stdout: "",
      stderr: "lvs-pcap: -: offset 0: empty; expected a pcap header of 24 bytes\n",
    });
  });

  it("is analysed up to where it breaks off", () => {
    const outcome = builtLvsPcap(
      ["analyze", "-", ...ROLES, "--format", "json"],
      readFileSync(CAPTURE).subarray(0, -1),
    );
    expect(reportIn(outcome).captures[0]).toMatchObject({ complete: false, frames: 11 });
    expect(outcome.stderr).toMatch(/^lvs-pcap: -: offset \d+: cut short[^\n]*\n$/);
  });
});

describe("a reader that goes away", () => {
  it("gets no stack on the terminal", () => {
    const command = '"$1" "$2" analyze "$3" --vip 192.168.1.2 --format json | true';
    const { stderr } = spawnSync("bash", ["-c", command, "bash", process.execPath, BUILT_COMMAND, CAPTURE], {
      encoding: "utf8",
    });
    expect(stderr).not.toContain("    at ");
  });
});
