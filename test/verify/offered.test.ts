// @module-tag slow
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyzeCapture } from "../../src/index.ts";
import { renderPage } from "../../src/reports/html/page.ts";
import { BUILT_COMMAND, lvsPcap } from "../support/cli.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { dissect } from "../support/pdml.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";
import { tsharkUnavailable } from "../support/tshark.ts";

const unavailable = tsharkUnavailable();
const INCIDENT = join(import.meta.dirname, "..", "..", "captures", "problem-3", "capture.pcap");

/** The commands with `verify` that the page about a capture offers, as a shell takes them. */
async function offered(capture: string): Promise<string[]> {
  const page = renderPage(await analyzeCapture(capture), {});
  return [...page.matchAll(/<pre><code>(.*?)<\/code>/gs)]
    .map(([, code = ""]) => code.replaceAll("&#39;", "'").replaceAll("&gt;", ">").replaceAll("&amp;", "&"))
    .filter((command) => command.includes("lvs-pcap verify"));
}

function run(command: string) {
  const script = `lvs-pcap() { '${process.execPath}' '${BUILT_COMMAND}' "$@"; }; ${command}`;
  return spawnSync("bash", ["-c", script], { encoding: "utf8" });
}

describe("the page about a capture offers a verification", () => {
  it("by pcap-parser where that reads it, and it succeeds", async () => {
    const capture = scratchFile("micro seconds.pcap", writePcap(PROBLEM_3.frames, { nanosecond: false }));
    const commands = await offered(capture);
    expect(commands).toEqual([`lvs-pcap verify '${capture}'`]);
    expect(run(commands[0] ?? "")).toMatchObject({ status: 0, stdout: expect.stringContaining("VERIFIED") });
  });

  it.skipIf(unavailable !== null)(
    `by Wireshark where it does not, and it succeeds ${unavailable ?? ""}`,
    async () => {
      const nanoseconds = scratchFile("nanoseconds.pcap", writePcap(PROBLEM_3.frames));
      const evidence = scratchPath("evidence.pcapng");
      await lvsPcap(["analyze", nanoseconds, "--evidence", evidence]);
      for (const capture of [nanoseconds, evidence]) {
        const commands = await offered(capture);
        expect(commands).toEqual([expect.stringMatching(/^tshark .* \| lvs-pcap verify .* --pdml -$/)]);
        expect(run(commands[0] ?? "")).toMatchObject({
          status: 0,
          stdout: expect.stringContaining("VERIFIED"),
        });
      }
    },
  );

  it.skipIf(unavailable !== null)(`not of Wireshark's own dissection ${unavailable ?? ""}`, async () => {
    const capture = scratchFile("original.pcap", writePcap(PROBLEM_3.frames));
    expect(await offered(scratchFile("dissection.pdml", dissect(capture)))).toEqual([]);
  });
});

describe.skipIf(unavailable !== null)(`a frame that somebody commented ${unavailable ?? ""}`, () => {
  it("does not differ from Wireshark's dissection of it for that: evidence, two comments, several lines", async () => {
    const commented = scratchPath("commented.pcapng");
    const comments = ["-a", "1:first", "-a", "1:second\nline", "-a", "3:<&>"];
    const { status } = spawnSync("editcap", ["-F", "pcapng", ...comments, INCIDENT, commented]);
    expect(status).toBe(0);
    const dissection = scratchFile("commented.pdml", dissect(commented));
    const { stdout } = await lvsPcap(["verify", commented, "--pdml", dissection]);
    expect(stdout).toMatch(/: VERIFIED\n/);
  });
});
