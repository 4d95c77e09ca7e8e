import { describe, expect, it } from "vitest";
import { lvsPcap, reportIn, type Surroundings } from "../support/cli.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { INCIDENTS, PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { scratchFile } from "../support/scratch.ts";

const ESCAPE = "\x1b";
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
const TERMINAL: Surroundings = { stdoutIsTty: true, stderrIsTty: true };

describe("colour", () => {
  it("marks the report on a terminal", async () => {
    expect((await lvsPcap(["analyze", CAPTURE, ...ROLES], TERMINAL)).stdout).toContain(`${ESCAPE}[`);
  });

  it("changes nothing but the marks", async () => {
    const plain = await lvsPcap(["analyze", CAPTURE, ...ROLES]);
    const colored = await lvsPcap(["analyze", CAPTURE, ...ROLES], TERMINAL);
    expect(colored.stdout.replace(new RegExp(`${ESCAPE}\\[[0-9;]*m`, "g"), "")).toBe(plain.stdout);
  });

  it.each<[string, string[], Surroundings]>([
    ["into a pipe or file", [], {}],
    ["with --no-color", ["--no-color"], TERMINAL],
    ["with NO_COLOR", [], { ...TERMINAL, environment: { NO_COLOR: "1" } }],
    ["on a dumb terminal", [], { ...TERMINAL, environment: { TERM: "dumb" } }],
    ["in JSON", ["--format", "json"], TERMINAL],
  ])("is absent %s", async (_, args, surroundings) => {
    const { stdout, stderr } = await lvsPcap(["analyze", CAPTURE, ...ROLES, ...args], surroundings);
    expect(stdout + stderr).not.toContain(ESCAPE);
  });

  it("stays with a NO_COLOR that is empty (no-color.org)", async () => {
    const { stdout } = await lvsPcap(["analyze", CAPTURE, ...ROLES], {
      ...TERMINAL,
      environment: { NO_COLOR: "" },
    });
    expect(stdout).toContain(`${ESCAPE}[`);
  });
});

describe("the table", () => {
  const captures = [
    ...loadRecordings().map(({ name, topology }) => ({
      name,
      // Relative, as a person types it: a longer path would be a word that no line holds.
      args: [`captures/${name}/capture.pcap`, "--topology", topology],
    })),
    ...INCIDENTS.map(({ name, frames, roles }) => ({
      name,
      args: [
        scratchFile(`${name.replaceAll(/\W/g, "-")}.pcap`, writePcap(frames)),
        ...(roles.vips ?? []).flatMap((vip) => ["--vip", vip]),
        ...(roles.realServers ?? []).flatMap((host) => ["--real-server", host]),
        ...(roles.directors ?? []).flatMap((host) => ["--director", host]),
      ],
    })),
  ];

  it.each(captures)(
    "keeps to 80 columns, single words and what is to be pasted apart: $name",
    async ({ args }) => {
      const { stdout } = await lvsPcap(["analyze", ...args]);
      const { findings } = reportIn(await lvsPcap(["analyze", ...args, "--format", "json"]));
      const pasted = findings.flatMap(({ fix, displayFilter }) => [
        displayFilter,
        ...fix.map(({ command }) => command),
      ]);
      const tooLong = stdout
        .split("\n")
        .filter((line) => [...line].length > 80 && / /.test(line.trim()) && !pasted.includes(line.trim()));
      expect(tooLong).toEqual([]);
    },
  );

  it("tells which capture a frame is of, where there are several", async () => {
    const { stdout } = await lvsPcap(["analyze", scratchFile("none.pcap", writePcap([])), CAPTURE, ...ROLES]);
    expect(stdout).toContain("frame 7 of file 2");
  });

  it("calls a capture without frames undetermined", async () => {
    const { stdout } = await lvsPcap(["analyze", scratchFile("none.pcap", writePcap([]))]);
    expect(stdout).toMatch(/^UNDETERMINED .*there is no frame/);
  });

  it("calls no capture clean of which it could read no frame", async () => {
    const unread = scratchFile("unread.pcap", writePcap(PROBLEM_3.frames, { linkType: 147 }));
    const { stdout } = await lvsPcap(["analyze", unread, "--fail-on", "never"]);
    expect(stdout).toMatch(/^UNDETERMINED .*no frame could be read: link type 147/);
  });
});

/** Control characters but line ends, marks that turn the direction of text, and other ends of lines. */
const HARMFUL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const HOSTILE = [
  ["an escape sequence that clears the screen", "\x1b[2J"],
  ["a title for the window", "\x1b]0;owned\x07"],
  ["a C1 control sequence", "\u009b2J"],
  ["a new line", "a\nlvs-pcap: all is well"],
  ["a carriage return", "a\rCLEAN"],
  ["a mark that turns the text round", "\u202egpj.pacp"],
] as const;

describe("text from outside reaches no terminal raw", () => {
  it.each(HOSTILE)("in the name of a capture: %s", async (_, text) => {
    const { stdout, stderr } = await lvsPcap(
      ["analyze", scratchFile(`${text}.pcap`, writePcap(PROBLEM_3.frames))],
      { environment: {} },
    );
    expect(stdout + stderr).not.toMatch(HARMFUL);
    expect(stdout).not.toContain("\nlvs-pcap: all is well");
  });

  it.each(HOSTILE)("in the name of a capture as JSON: %s", async (_, text) => {
    const name = scratchFile(`${text}.pcap`, writePcap(PROBLEM_3.frames));
    const { stdout } = await lvsPcap(["analyze", name, "--format", "json"]);
    const parsed: unknown = JSON.parse(stdout);
    expect(parsed).toMatchObject({ captures: [{ file: name }] });
    expect(stdout).not.toMatch(HARMFUL);
  });

  it.each(HOSTILE)("in the name of a capture that is cut short: %s", async (_, text) => {
    const cut = writePcap(PROBLEM_3.frames).subarray(0, 100);
    const { stdout, stderr } = await lvsPcap(["analyze", scratchFile(`${text}.pcap`, cut)]);
    expect(stdout + stderr).not.toMatch(HARMFUL);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it.each(HOSTILE)("in the name of a file that is missing: %s", async (_, text) => {
    const { stderr } = await lvsPcap(["analyze", `missing-${text}.pcap`]);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it.each(HOSTILE)("in a topology's values: %s", async (_, text) => {
    const topology = scratchFile("hostile.json", JSON.stringify({ vips: [text] }));
    const { stderr } = await lvsPcap(["analyze", CAPTURE, "--topology", topology]);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it.each(HOSTILE)("in a topology's keys: %s", async (_, text) => {
    const topology = scratchFile("hostile.json", JSON.stringify({ [text]: [VIP] }));
    const { stderr } = await lvsPcap(["analyze", CAPTURE, "--topology", topology]);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it.each(HOSTILE)("in an option: %s", async (_, text) => {
    const { stderr } = await lvsPcap(["analyze", CAPTURE, `--${text}`]);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it.each(HOSTILE)("in an option's value: %s", async (_, text) => {
    const { stderr } = await lvsPcap(["analyze", CAPTURE, "--format", text]);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it.each(HOSTILE)("in the name of a file to write to: %s", async (_, text) => {
    const { stderr } = await lvsPcap(["analyze", CAPTURE, "--output", `no/such/folder/${text}`]);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stderr.split("\n")).toHaveLength(2);
  });
});
