import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { PROBLEM_3, SOUND_CLUSTER } from "../support/incidents.ts";
import { pcapHeader, pcapRecord, writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";

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

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function hashReported(path: string): Promise<string | null | undefined> {
  const { captures } = reportIn(await lvsPcap(["analyze", path, "--hash", "--format", "json"]));
  return captures[0]?.sha256;
}

describe("--hash", () => {
  it("gives what sha256sum gives", async () => {
    expect(await hashReported(CAPTURE)).toBe(sha256(readFileSync(CAPTURE)));
  });

  it("is off unless asked for", async () => {
    const { captures } = reportIn(await lvsPcap(["analyze", CAPTURE, "--format", "json"]));
    expect(captures[0]?.sha256).toBeNull();
  });

  it("counts every byte of a capture of several megabytes", async () => {
    const records = Array.from({ length: 3000 }, (_, index) =>
      pcapRecord({ seconds: index, fraction: 0, bytes: Buffer.alloc(1400, index) }),
    );
    const bytes = Buffer.concat([pcapHeader(), ...records]);
    expect(await hashReported(scratchFile("megabytes.pcap", bytes))).toBe(sha256(bytes));
  });

  it("counts the torn end of a capture that is cut short", async () => {
    const bytes = writePcap(PROBLEM_3.frames).subarray(0, 200);
    expect(await hashReported(scratchFile("torn.pcap", bytes))).toBe(sha256(bytes));
  });

  it("counts what lies behind damage, too: it is the file that the hash vouches for", async () => {
    const broken = pcapRecord({
      seconds: 0,
      fraction: 0,
      bytes: Buffer.alloc(0),
      capturedLength: 0x7fffffff,
    });
    const bytes = Buffer.concat([writePcap(PROBLEM_3.frames), broken, Buffer.alloc(5_000_000, 7)]);
    expect(await hashReported(scratchFile("damaged.pcap", bytes))).toBe(sha256(bytes));
  });
});

describe("--output", () => {
  it("writes to the file what would have been printed, and prints nothing", async () => {
    const path = scratchPath("report.json");
    const printed = await lvsPcap(["analyze", CAPTURE, ...ROLES, "--format", "json"]);
    const written = await lvsPcap(["analyze", CAPTURE, ...ROLES, "--format", "json", "--output", path]);
    expect(written).toEqual({ status: 1, stdout: "", stderr: "" });
    expect(readFileSync(path, "utf8")).toBe(printed.stdout);
  });

  it("writes no colour, though stdout is a terminal", async () => {
    const path = scratchPath("report.txt");
    await lvsPcap(["analyze", CAPTURE, ...ROLES, "--output", path], { stdoutIsTty: true });
    expect(readFileSync(path, "utf8")).not.toContain("\x1b");
  });

  it("is refused by name where nothing can be written", async () => {
    const path = scratchPath("no-such-folder/report.json");
    const { status, stdout, stderr } = await lvsPcap(["analyze", CAPTURE, "--output", path]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^lvs-pcap: [^\n]+\n$/);
    expect(stderr).toContain(path);
  });

  it("leaves no file behind where the capture cannot be read", async () => {
    const path = scratchPath("never.json");
    await lvsPcap(["analyze", scratchPath("missing.pcap"), "--output", path]);
    expect(existsSync(path)).toBe(false);
  });
});

describe("several captures", () => {
  const parts = [PROBLEM_3.frames.slice(0, 7), PROBLEM_3.frames.slice(7)].map((frames, index) =>
    scratchFile(`part-${index}.pcap`, writePcap(frames)),
  );

  it("are one story: a cache that the first one filled is used in the second", async () => {
    const outcome = await lvsPcap(["analyze", ...parts, ...ROLES, "--format", "json"]);
    expect(reportIn(outcome).findings).toMatchObject([
      {
        kind: "vip-source-in-request",
        stage: "used",
        first: { capture: 0, frame: 7 },
        victims: [{ mac: GATEWAY.mac, learned: { capture: 0, frame: 7 }, used: { capture: 1, frame: 3 } }],
      },
    ]);
  });

  it("are listed in the order given, each with its own frames", async () => {
    const other = scratchFile("sound.pcap", writePcap(SOUND_CLUSTER));
    const { captures } = reportIn(await lvsPcap(["analyze", other, CAPTURE, "--format", "json"]));
    expect(captures.map(({ file, frames }) => [file, frames])).toEqual([
      [other, SOUND_CLUSTER.length],
      [CAPTURE, PROBLEM_3.frames.length],
    ]);
  });

  it("say each by name what is wrong with it", async () => {
    const cut = parts.map((part, index) =>
      scratchFile(`cut-${index}.pcap`, readFileSync(part).subarray(0, -1)),
    );
    const { stderr } = await lvsPcap(["analyze", ...cut]);
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .map((line) => line.split(": ")[1]),
    ).toEqual(cut);
  });
});
