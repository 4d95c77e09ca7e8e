// @module-tag slow
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { parseListenAddress } from "../../../src/watch/sinks/listen-address.ts";
import { BUILT_COMMAND, builtLvsPcap } from "../../support/cli.ts";
import { PROBLEM_3 } from "../../support/incidents.ts";
import { writePcap } from "../../support/pcap.ts";
import { scratchPath } from "../../support/scratch.ts";
import { until } from "./events.ts";

const CAPTURE = writePcap(PROBLEM_3.frames);
const ROLES = ["--vip", "192.168.1.2", "--director", "192.168.1.10", "--real-server", "192.168.1.11"];

/** The last words on standard error, and the exit status. */
function refusal(...flags: string[]): [number | null, string] {
  const { status, stderr } = builtLvsPcap(["watch", ...flags], CAPTURE);
  return [status, stderr];
}

describe("lvs-pcap watch with sinks", () => {
  it("fills every one of them from the same stream", () => {
    const eve = scratchPath("all.json");
    const output = scratchPath("all.txt");
    const exec = `sh -c 'cat >> ${output}'`;
    const args = ["watch", ...ROLES, "--eve", eve, "--exec", exec, "--exec-limit", "1", "--format", "ndjson"];
    const { status, stdout } = builtLvsPcap(args, CAPTURE);
    expect(status).toBe(1);
    const told = stdout.trimEnd().split("\n");
    expect(told.length).toBeGreaterThan(0);
    expect(readFileSync(output, "utf8").trimEnd().split("\n")).toEqual(told);
    const written = readFileSync(eve, "utf8").trimEnd().split("\n");
    expect(written.map((line) => JSON.parse(line).lvs_pcap)).toEqual(told.map((line) => JSON.parse(line)));
  });

  it("serves figures while it runs", async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [BUILT_COMMAND, "watch", ...ROLES, "--metrics", `:${port}`], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stdin.write(CAPTURE);
    await until(() => said.includes("metrics"));
    let text = "";
    for (let attempt = 0; attempt < 100 && !/^lvs_pcap_findings_open\{.*\} 1$/m.test(text); attempt++) {
      text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.stdin.end();
    await new Promise((resolve) => child.once("exit", resolve));
    expect(text).toMatch(
      /^lvs_pcap_findings_open\{kind="vip-source-in-request",severity="critical",vip="192\.168\.1\.2"\} 1$/m,
    );
    expect(said).toContain(`lvs-pcap: metrics: http://127.0.0.1:${port}/metrics\n`);
  });

  it("says in one line what cannot work, and exits with 2", () => {
    expect(refusal("--exec", "no-such-program")).toEqual([
      2,
      "lvs-pcap: --exec no-such-program: no such program, or it may not be run\n",
    ]);
    expect(refusal("--syslog", "log.example")).toEqual([
      2,
      "lvs-pcap: --syslog log.example: expected udp://host:514, tcp://host:601 or unix:///dev/log\n",
    ]);
    expect(refusal("--exec-limit", "0", "--exec", "true")[0]).toBe(2);
  });

  it("says of two that want one port, or one directory, which of them cannot have it", async () => {
    const port = await freePort();
    const directory = scratchPath("shared-state");
    const first = spawn(
      process.execPath,
      [BUILT_COMMAND, "watch", "--metrics", `:${port}`, "--state", directory],
      { stdio: ["pipe", "ignore", "pipe"] },
    );
    let said = "";
    first.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until(() => said.includes("metrics"));
    expect(refusal("--metrics", `:${port}`)).toEqual([
      2,
      `lvs-pcap: --metrics 127.0.0.1:${port}: the port is in use by another program\n`,
    ]);
    expect(refusal("--state", directory)).toEqual([
      2,
      `lvs-pcap: --state ${directory}: another lvs-pcap (process ${first.pid}) keeps its state there\n`,
    ]);
    first.kill("SIGKILL");
    await new Promise((resolve) => first.once("exit", resolve));
    expect(refusal("--state", directory)[0]).toBe(1);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  const { host } = parseListenAddress(":0");
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
