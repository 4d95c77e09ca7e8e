// @module-tag slow
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { haveSameFindings } from "../../src/evidence/same-findings.ts";
import { writeEvidence } from "../../src/evidence-file.ts";
import { type AnalyzeOptions, analyzeCapture } from "../../src/index.ts";
import { TOOLS } from "../support/attacks.ts";
import { lvsPcap } from "../support/cli.ts";
import { loadCollected } from "../support/collected.ts";
import { conversation } from "../support/conversations.ts";
import { DIRECTOR, GATEWAY, INTRUDER, REAL_SERVER, VIP } from "../support/frames.ts";
import { FIRST_REQUEST, INCIDENTS, lookup, PROBLEM_3, ROLES, SOUND_CLUSTER } from "../support/incidents.ts";
import { cookedV1, ieee80211, radiotap } from "../support/link-layers.ts";
import { PATIENCE } from "../support/patience.ts";
import { type CapturedFrame, writePcap } from "../support/pcap.ts";
import { framesIn } from "../support/pcapng-file.ts";
import { loadRecordings } from "../support/recordings.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { at, packet } from "../support/traffic.ts";
import { tsharkUnavailable } from "../support/tshark.ts";

const unavailable = tsharkUnavailable();
const EVIDENCE = scratchPath("evidence.pcapng");

/** Whether the evidence of the capture comes to the capture's findings, how much it took, and how many frames. */
async function proven(capture: string, options: AnalyzeOptions = {}) {
  const report = await analyzeCapture(capture, options);
  const { frames, breadth } = await writeEvidence(EVIDENCE, [capture], report, { analysis: options });
  const again = await analyzeCapture(EVIDENCE, options);
  return { same: haveSameFindings(report, again), breadth, frames, found: report.findings.length };
}

describe("analysing the evidence alone", () => {
  it.each(loadRecordings())("gives the findings of $name", async ({ capture, topology }) => {
    expect(await proven(capture, { topology })).toMatchObject({ same: true, breadth: "involved" });
  });

  it.each(loadRecordings())("gives those of $name, when no roles are given", async ({ capture }) => {
    expect(await proven(capture)).toMatchObject({ same: true, breadth: "involved" });
  });

  it.each(loadCollected())("gives those of the capture $name", async ({ capture }) => {
    expect(await proven(capture)).toMatchObject({ same: true });
  });

  it.each(INCIDENTS)("gives those of $name", async ({ frames, roles }) => {
    const capture = scratchFile("incident.pcap", writePcap(frames));
    expect(await proven(capture, roles)).toMatchObject({ same: true, breadth: "involved" });
  });

  it.each(TOOLS)("gives those of an attack by $name", async (tool) => {
    const attack = {
      attacker: INTRUDER,
      victim: REAL_SERVER,
      spoofed: GATEWAY,
      twoWay: true,
      from: 10_000,
      until: 40_000,
    };
    const frames = [
      ...lookup(0, REAL_SERVER, GATEWAY),
      ...tool.forged(attack),
      ...tool.answers(attack),
      ...tool.restoring(attack),
    ].toSorted((a, b) => a.atNs - b.atNs);
    const capture = scratchFile("attack.pcap", writePcap(frames));
    expect(await proven(capture)).toMatchObject({ same: true, breadth: "involved" });
  });

  it("gives those of anything that hosts may say", async () => {
    await fc.assert(
      fc.asyncProperty(conversation, fc.boolean(), async (frames, withRoles) => {
        const capture = scratchFile("conversation.pcap", writePcap(frames));
        const options = withRoles ? ROLES : {};
        expect(await proven(capture, options)).toMatchObject({ same: true });
      }),
      { numRuns: 100 * PATIENCE },
    );
  });
});

/** What a busy cluster carries while the incident goes on. */
function busy(from: number, count: number): CapturedFrame[] {
  return Array.from({ length: count }, (_, index) => {
    const flow = {
      source: `10.1.${index >> 8}.${index & 255}`,
      destination: VIP,
      identification: index & 0xffff,
    };
    return [
      at(from + index * 0.02, packet(GATEWAY, DIRECTOR, flow)),
      at(from + index * 0.02 + 0.005, packet(DIRECTOR, REAL_SERVER, { ...flow, timeToLive: 62 })),
      at(from + index * 0.02 + 0.01, packet(REAL_SERVER, GATEWAY, { source: VIP, destination: flow.source })),
    ];
  }).flat();
}

describe("the evidence", () => {
  it("leaves out what proves nothing: the ordinary traffic of a busy cluster", async () => {
    const [before, after] = [busy(1, 3000), PROBLEM_3.frames.slice(FIRST_REQUEST.length)];
    const later = after.map(({ atNs, bytes }) => ({ atNs: atNs + 100e6, bytes }));
    const capture = scratchFile("busy.pcap", writePcap([...FIRST_REQUEST, ...before, ...later]));
    const { same, breadth, frames, found } = await proven(capture, ROLES);
    expect({ same, breadth, found }).toEqual({ same: true, breadth: "involved", found: 1 });
    expect(frames).toBeLessThan(100);
  });

  it("holds no frame where there is nothing to prove", async () => {
    const capture = scratchFile("sound.pcap", writePcap(SOUND_CLUSTER));
    expect(await proven(capture)).toMatchObject({ same: true, frames: 0, found: 0 });
  });

  it("is of two captures where there are two, one after the other", async () => {
    const parts = [PROBLEM_3.frames.slice(0, 7), PROBLEM_3.frames.slice(7)].map((frames, index) =>
      scratchFile(`part-${index}.pcap`, writePcap(frames)),
    );
    const report = await analyzeCapture(parts, ROLES);
    const { provesAll, frames } = await writeEvidence(EVIDENCE, parts, report, { analysis: ROLES });
    expect({ provesAll, frames }).toEqual({ provesAll: true, frames: PROBLEM_3.frames.length });
  });

  it.each(INCIDENTS)("is of two captures taken at once, merged by time: $name", async ({ frames, roles }) => {
    const both = [0, 20_000].map((lateNs) =>
      scratchFile(
        `late-${lateNs}.pcap`,
        writePcap(frames.map(({ atNs, bytes }) => ({ atNs: atNs + lateNs, bytes }))),
      ),
    );
    const report = await analyzeCapture(both, roles);
    expect(await writeEvidence(EVIDENCE, both, report, { analysis: roles })).toMatchObject({
      provesAll: true,
      breadth: "involved",
    });
  });

  it.each([
    ["Linux' cooked header", 113, (frame: Buffer) => cookedV1(frame)],
    ["radiotap", 127, (frame: Buffer) => radiotap(ieee80211(frame))],
  ])("keeps the link type: %s", async (_, linkType, wrap) => {
    const frames = PROBLEM_3.frames.map(({ atNs, bytes }) => ({ atNs, bytes: wrap(Buffer.from(bytes)) }));
    const capture = scratchFile("wrapped.pcap", writePcap(frames, { linkType }));
    expect(await proven(capture, ROLES)).toMatchObject({ same: true, breadth: "involved" });
  });
});

describe.skipIf(unavailable !== null)(`in Wireshark, the evidence${skippedFor(unavailable)}`, () => {
  const capture = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames, { snapLength: 60 }));

  it("has the frames as they were captured: times to the nanosecond, bytes, lengths", async () => {
    await lvsPcap(["analyze", capture, "--evidence", EVIDENCE]);
    const withoutComment = ({ comment: _, ...frame }: ReturnType<typeof framesIn>[number]) => frame;
    expect(framesIn(EVIDENCE).map(withoutComment)).toEqual(framesIn(capture).map(withoutComment));
  });

  it("says of each frame which finding it proves, or that it is context", async () => {
    await lvsPcap(["analyze", capture, "--evidence", EVIDENCE]);
    const comments = framesIn(EVIDENCE).map(({ comment }) => comment);
    expect(comments[6]).toMatch(
      /^F1 vip-source-in-request: who-has 192\.168\.1\.1 tell 192\.168\.1\.2, from /,
    );
    expect(comments[9]).toMatch(/^F1 vip-source-in-request: gateway 192\.168\.1\.1 sends to /);
    expect(comments[0]).toMatch(/^context: who-has 192\.168\.1\.2 tell 192\.168\.1\.1, /);
    expect(comments.filter((comment) => !/^(F1|context)\b.* \[frame \d+ of .*\]$/.test(comment))).toEqual([]);
  });

  it("names the capture by its SHA-256, the tool and its arguments", async () => {
    await lvsPcap(["analyze", capture, "--evidence", EVIDENCE]);
    const { stdout } = spawnSync("capinfos", [EVIDENCE], { encoding: "utf8" });
    expect(stdout).toContain(createHash("sha256").update(readFileSync(capture)).digest("hex"));
    expect(stdout).toMatch(/Capture application: +lvs-pcap \d/);
    expect(stdout).toContain(`lvs-pcap analyze ${capture} --evidence`);
  });

  it("holds no control character, whatever the capture is called", async () => {
    const hostile = scratchFile("\x1b[2J\u202e.pcap", writePcap(PROBLEM_3.frames));
    await lvsPcap(["analyze", hostile, "--evidence", EVIDENCE]);
    const bytes = readFileSync(EVIDENCE);
    expect(bytes.includes(Buffer.from("\x1b[2J"))).toBe(false);
    expect(bytes.includes(Buffer.from("\u202e"))).toBe(false);
  });
});

describe("--evidence", () => {
  const capture = scratchFile("capture.pcap", writePcap(PROBLEM_3.frames));

  it("prints the report as ever, and says on standard error what it wrote", async () => {
    const { status, stdout, stderr } = await lvsPcap(["analyze", capture, "--evidence", EVIDENCE]);
    expect([status, stdout.startsWith("POISONED")]).toEqual([1, true]);
    const frames = PROBLEM_3.frames.length;
    expect(stderr).toBe(
      `lvs-pcap: ${EVIDENCE}: ${frames} of ${frames} frames; analysed alone they give the same findings\n`,
    );
  });

  it.each([
    ["standard input", ["-"], /standard input \(-\) does not allow/],
    ["a device", ["/dev/null"], /\/dev\/null does not allow/],
  ])("refuses %s, which cannot be read twice", async (_, captures, reason) => {
    const { status, stdout, stderr } = await lvsPcap(["analyze", ...captures, "--evidence", EVIDENCE]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(reason);
    expect(stderr).toMatch(/^lvs-pcap: [^\n]+\n$/);
  });

  it("refuses to overwrite a capture that it reads", async () => {
    const before = readFileSync(capture);
    const { status, stderr } = await lvsPcap(["analyze", capture, "--evidence", capture]);
    expect([status, stderr]).toEqual([
      2,
      `lvs-pcap: --evidence ${capture}: would overwrite ${capture}, which is read\n`,
    ]);
    expect(readFileSync(capture)).toEqual(before);
  });

  it("is refused by name where nothing can be written", async () => {
    const path = scratchPath("no-such-folder/evidence.pcapng");
    const { status, stderr } = await lvsPcap(["analyze", capture, "--evidence", path]);
    expect(status).toBe(2);
    expect(stderr).toBe(`lvs-pcap: ${path}: cannot be written: no such file or directory\n`);
  });

  it("leaves no file behind where the capture cannot be read", async () => {
    const path = scratchPath("never.pcapng");
    await lvsPcap(["analyze", scratchPath("missing.pcap"), "--evidence", path]);
    expect(existsSync(path)).toBe(false);
  });
});
