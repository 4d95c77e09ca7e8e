// @module-tag slow
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeEvidence } from "../../src/evidence-file.ts";
import { analyzeCapture } from "../../src/index.ts";
import { FORMATS } from "../../src/reports/formats.ts";
import { BUILT_COMMAND, lvsPcap } from "../support/cli.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchPath } from "../support/scratch.ts";

const BYTES = writePcap(PROBLEM_3.frames);
const TOPOLOGY = "gateways: [192.168.1.1]\n";
const NEIGHBOURS = "192.168.1.1 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE\n";

let folders = 0;

/** A capture, a topology and an inventory in a folder of their own. */
function inputs() {
  const folder = scratchPath(`inputs-${++folders}`);
  mkdirSync(folder);
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    folder,
    capture: file("incident.pcap", BYTES),
    topology: file("cluster.yaml", TOPOLOGY),
    inventory: file("neigh.txt", NEIGHBOURS),
    foreign: file("notes.txt", "what I found out so far\n"),
  };
}

/** What `options` write to; each is tried with every input. */
const WRITERS: readonly (readonly [command: string, option: string, ...more: string[]])[] = [
  ["analyze", "--output"],
  ["analyze", "--evidence"],
  ["topology", "--output"],
];

describe("a file that is read", () => {
  const others = ["--topology", "--inventory"] as const;

  it.each(WRITERS)("is not overwritten by %s %s, even with --force", async (command, option) => {
    const { capture, topology, inventory } = inputs();
    for (const input of [capture, topology, inventory]) {
      const before = readFileSync(input);
      const args = [capture, others[0], topology, others[1], inventory, option, input, "--force"];
      const { status, stdout, stderr } = await lvsPcap([command, ...args]);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr).toBe(`lvs-pcap: ${option} ${input}: would overwrite ${input}, which is read\n`);
      expect(readFileSync(input)).toEqual(before);
    }
  });

  it.each(WRITERS)("is not overwritten by %s %s through a symbolic or hard link", async (command, option) => {
    const { folder, capture } = inputs();
    symlinkSync("incident.pcap", join(folder, "symbolic"));
    linkSync(capture, join(folder, "hard"));
    for (const name of ["symbolic", "hard"]) {
      const { status, stderr } = await lvsPcap([command, capture, option, join(folder, name), "--force"]);
      expect([status, stderr]).toEqual([
        2,
        `lvs-pcap: ${option} ${join(folder, name)}: would overwrite ${capture}, which is read\n`,
      ]);
      expect(readFileSync(capture)).toEqual(BYTES);
    }
  });

  it("is not overwritten where it is what was expected", async () => {
    const { capture, topology } = inputs();
    const { status } = await lvsPcap([
      "analyze",
      capture,
      "--expect",
      topology,
      "--output",
      topology,
      "--force",
    ]);
    expect([status, readFileSync(topology, "utf8")]).toEqual([2, TOPOLOGY]);
  });

  it.each(["--output", "--report", "--eve"])("is not written by watch %s", async (option) => {
    const { capture, topology } = inputs();
    for (const input of [capture, topology]) {
      const before = readFileSync(input);
      const command = [
        process.execPath,
        BUILT_COMMAND,
        "watch",
        "--topology",
        topology,
        option,
        input,
        "--force",
      ];
      const { status, stderr } = spawnSync("sh", ["-c", '"$@" < "$0"', capture, ...command]);
      expect(status).toBe(2);
      expect(String(stderr)).toContain("which is read");
      expect(readFileSync(input)).toEqual(before);
    }
  });

  it.each([
    ["analyze", []],
    ["topology", []],
    ["verify", []],
  ])("does not get the output of %s appended by the shell", (command) => {
    const { capture } = inputs();
    const { status, stderr } = spawnSync("sh", [
      "-c",
      '"$@" >> "$0"',
      capture,
      process.execPath,
      BUILT_COMMAND,
      command,
      capture,
    ]);
    expect([status, String(stderr)]).toEqual([
      2,
      `lvs-pcap: standard output goes to ${capture}, which is read\n`,
    ]);
    expect(readFileSync(capture)).toEqual(BYTES);
  });

  it("is not overwritten by a program's evidence", async () => {
    const { capture } = inputs();
    const report = await analyzeCapture(capture);
    await expect(writeEvidence(capture, [capture], report, { force: true })).rejects.toMatchObject({
      code: "bad-usage",
    });
    expect(readFileSync(capture)).toEqual(BYTES);
  });
});

describe("a file that is not lvs-pcap's", () => {
  it.each(WRITERS)("is kept by %s %s", async (command, option) => {
    const { capture, foreign } = inputs();
    const { status, stdout, stderr } = await lvsPcap([command, capture, option, foreign]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^lvs-pcap: [^\n]*notes\.txt: exists[^\n]*; --force overrides that\n$/);
    expect(readFileSync(foreign, "utf8")).toBe("what I found out so far\n");
  });

  it.each(WRITERS)("is replaced by %s %s --force", async (command, option) => {
    const { capture, foreign } = inputs();
    const { stderr } = await lvsPcap([command, capture, option, foreign, "--force"]);
    expect(stderr).not.toContain("exists");
    expect(readFileSync(foreign, "utf8")).not.toContain("what I found out so far");
  });

  it.each(["--output", "--report", "--eve"])("is kept by watch %s", async (option) => {
    const { foreign } = inputs();
    const { status, stderr } = await lvsPcap(["watch", option, foreign]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^lvs-pcap: [^\n]*notes\.txt: exists[^\n]*\n$/);
    expect(readFileSync(foreign, "utf8")).toBe("what I found out so far\n");
  });

  it("may be another capture: evidence of lvs-pcap is one, too, and known by its comment", async () => {
    const { folder, capture } = inputs();
    const other = join(folder, "other.pcapng");
    await lvsPcap(["analyze", capture, "--evidence", other]);
    expect(await lvsPcap(["analyze", capture, "--evidence", other])).toMatchObject({ status: 1 });
    expect(await lvsPcap(["analyze", capture, "--output", other])).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("a report of lvs-pcap", () => {
  it.each(FORMATS)("in the form %s is replaced by the next", async (format) => {
    const { folder, capture } = inputs();
    const report = join(folder, "report");
    await lvsPcap(["analyze", capture, "--format", format, "--output", report]);
    const { status, stderr } = await lvsPcap(["analyze", capture, "--format", "json", "--output", report]);
    expect([status, stderr]).toEqual([1, ""]);
    expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({ verdict: "poisoned" });
  });

  it("keeps its permissions, and the link that leads to it", async () => {
    const { folder, capture } = inputs();
    const report = join(folder, "report.json");
    writeFileSync(report, "", { mode: 0o600 });
    symlinkSync("report.json", join(folder, "latest"));
    await lvsPcap(["analyze", capture, "--output", join(folder, "latest")]);
    expect(statSync(report).mode & 0o777).toBe(0o600);
    expect(statSync(report).size).toBeGreaterThan(0);
    expect(lstatSync(join(folder, "latest")).isSymbolicLink()).toBe(true);
  });

  it("is whole, or is the former one: whoever has it open reads the former one", async () => {
    const { folder, capture } = inputs();
    const report = join(folder, "report.json");
    await lvsPcap(["analyze", capture, "--output", report]);
    const before = statSync(report).ino;
    await lvsPcap(["analyze", capture, "--output", report]);
    expect(statSync(report).ino).not.toBe(before);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("is written where a dangling link leads", async () => {
    const { folder, capture } = inputs();
    symlinkSync("later/report.txt", join(folder, "latest"));
    mkdirSync(join(folder, "later"));
    await lvsPcap(["analyze", capture, "--output", join(folder, "latest")]);
    expect(readFileSync(join(folder, "later", "report.txt"), "utf8")).toMatch(/^POISONED/);
  });
});

describe("two options that write", () => {
  it.each([
    ["analyze", "--output", "--evidence"],
    ["watch", "--output", "--report"],
    ["watch", "--eve", "--report"],
  ])("of %s cannot share a file: %s and %s", async (command, one, other) => {
    const { folder, capture } = inputs();
    symlinkSync("new", join(folder, "link"));
    const captures = command === "analyze" ? [capture] : [];
    for (const path of [join(folder, "new"), join(folder, "link"), join(folder, ".", "new")]) {
      const { status, stderr } = await lvsPcap([command, ...captures, one, join(folder, "new"), other, path]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^lvs-pcap: --\S+ [^\n]+: is where --\S+ writes, too\n$/);
    }
    expect(existsSync(join(folder, "new"))).toBe(false);
  });
});

describe("what is no regular file", () => {
  const { capture } = inputs();

  it("takes the report: /dev/null", async () => {
    expect(await lvsPcap(["analyze", capture, "--output", "/dev/null"])).toEqual({
      status: 1,
      stdout: "",
      stderr: "",
    });
  });

  it.each(["file", "pipe"])("takes the report: /dev/stdout, a %s", (kind) => {
    const printed = scratchPath("printed");
    const command = kind === "file" ? `"$@" > '${printed}'` : `"$@" | cat > '${printed}'`;
    const args = ["analyze", capture, "--format", "json", "--output", "/dev/stdout"];
    spawnSync("sh", [
      "-c",
      `echo before > '${printed}'; ${command}`,
      "-",
      process.execPath,
      BUILT_COMMAND,
      ...args,
    ]);
    expect(JSON.parse(readFileSync(printed, "utf8"))).toMatchObject({ verdict: "poisoned" });
  });

  it("takes the report: a named pipe", async () => {
    const pipe = scratchPath("pipe");
    spawnSync("mkfifo", [pipe]);
    const reader = spawn("cat", [pipe]);
    let text = "";
    reader.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const ended = new Promise((resolve) => reader.on("close", resolve));
    expect(await lvsPcap(["analyze", capture, "--output", pipe])).toMatchObject({ status: 1, stderr: "" });
    await ended;
    expect(text).toMatch(/^POISONED/);
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  it("is refused in one line where it is a directory or full", async () => {
    const folder = dirname(capture);
    expect((await lvsPcap(["analyze", capture, "--output", folder])).stderr).toBe(
      `lvs-pcap: --output ${folder}: is a directory; expected the path of a file\n`,
    );
    expect((await lvsPcap(["analyze", capture, "--output", "/dev/full"])).stderr).toBe(
      "lvs-pcap: /dev/full: cannot be written: no space left on the disk\n",
    );
  });
});

describe("evidence", () => {
  it("leaves the former file whole where the captures cannot be read again", async () => {
    const { folder, capture } = inputs();
    const evidence = join(folder, "evidence.pcapng");
    await lvsPcap(["analyze", capture, "--evidence", evidence]);
    const before = readFileSync(evidence);
    const report = await analyzeCapture(capture);
    writeFileSync(capture, "gone\n");
    await expect(writeEvidence(evidence, [capture], report)).rejects.toMatchObject({ code: "not-a-capture" });
    expect(readFileSync(evidence)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
