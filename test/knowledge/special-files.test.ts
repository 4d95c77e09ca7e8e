// @module-tag slow
import { spawnSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BUILT_COMMAND, lvsPcap } from "../support/cli.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";

const CAPTURE = scratchFile("capture.pcap", writePcap(PROBLEM_3.frames));
const SPARSE = scratchFile("sparse", "");
truncateSync(SPARSE, 2 ** 40);
const FOLDER = scratchPath("folder");
mkdirSync(FOLDER);

const OPTIONS = ["--inventory", "--topology", "--expect"] as const;
const HOSTILE: readonly (readonly [string, string, RegExp])[] = [
  ["a device without an end", "/dev/zero", /: is a device or a socket; expected an? [a-z ]+\n$/],
  ["a device that says anything", "/dev/urandom", /: is a device or a socket; expected/],
  [
    "a sparse file of a tebibyte",
    SPARSE,
    /: not recognised as an? [a-z ]+: offset 0: a zero byte; expected text\n$/,
  ],
  ["a directory", FOLDER, /: is a directory; expected/],
];

describe.each(OPTIONS)("%s", (option) => {
  it.each(HOSTILE)("refuses %s in one line, with little time and memory", (_, path, reason) => {
    // Seconds of a processor, and MiB beyond which the engine gives up.
    const script = `ulimit -t 10; exec "$0" "$@"`;
    const { status, stdout, stderr } = spawnSync(
      "bash",
      [
        "-c",
        script,
        process.execPath,
        "--max-old-space-size=100",
        BUILT_COMMAND,
        "analyze",
        CAPTURE,
        option,
        path,
      ],
      { encoding: "utf8" },
    );
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^lvs-pcap: [^\n]+\n$/);
    expect(stderr).toMatch(reason);
  });

  it("refuses a pipe that never ends", () => {
    const script = `"$0" "$@" <(yes 'hello, hello, hello')`;
    const { status, stderr } = spawnSync(
      "bash",
      ["-c", script, process.execPath, BUILT_COMMAND, "analyze", CAPTURE, option],
      { encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([2, expect.stringMatching(/: larger than \d+ MiB; expected [^\n]+\n$/)]);
  });
});

describe("a topology of 60,000 hosts", () => {
  const hosts = Array.from({ length: 60_000 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);

  it.each([
    ["VIPs", `vips:\n${hosts.map((ip) => `  - ${ip}\n`).join("")}`],
    ["real servers of a VIP", `vips: [{ ip: 192.168.1.2, realServers: [${hosts.join(", ")}] }]`],
    ["gateways", JSON.stringify({ gateways: hosts })],
  ])("is refused in one line: %s", async (_, text) => {
    const file = scratchFile("large.yaml", text);
    const { status, stderr } = await lvsPcap(["analyze", CAPTURE, "--topology", file]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^[^\n]+large\.yaml: 6000[01] VIPs and hosts; no more than 16384 are taken[^\n]+\n$/,
      ),
    ]);
  });
});

describe("a configuration that includes", () => {
  const including = (file: string) =>
    scratchFile(
      "keepalived.conf",
      `include ${file}\nvrrp_instance a {\n  virtual_ipaddress {\n    192.168.1.2\n  }\n}\n`,
    );

  it("a device is read without it, and that is reported", async () => {
    const { stderr } = await lvsPcap(["analyze", CAPTURE, "--inventory", including("/dev/zero")]);
    expect(stderr).toContain("keepalived.conf:1: include /dev/zero: no such file here\n");
  });

  it("a sparse file is refused in one line", async () => {
    const { status, stderr } = await lvsPcap(["analyze", CAPTURE, "--inventory", including(SPARSE)]);
    expect([status, stderr]).toEqual([
      2,
      `lvs-pcap: ${SPARSE}: not recognised as a configuration: offset 0: a zero byte; expected text\n`,
    ]);
  });
});

describe("an inventory from a pipe", () => {
  it("is read, as a shell hands over what a program prints", () => {
    const neighbours = scratchPath("neigh.txt");
    writeFileSync(neighbours, "192.168.1.1 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE\n");
    const { status, stdout } = spawnSync(
      "bash",
      [
        "-c",
        `"$0" "$@" <(cat ${neighbours})`,
        process.execPath,
        BUILT_COMMAND,
        "analyze",
        CAPTURE,
        "--inventory",
      ],
      { encoding: "utf8" },
    );
    expect(status).toBe(1);
    expect(stdout).toContain("ip neigh");
  });
});
