import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { code, prose, table } from "../../src/reports/markdown-text.ts";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { loadCollected } from "../support/collected.ts";
import { REAL_SERVER } from "../support/frames.ts";
import { PROBLEM_3, SOUND_CLUSTER } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { scratchFile } from "../support/scratch.ts";
import { notInstalled, skippedFor } from "../support/skipped.ts";

const CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));

async function markdown(...args: string[]): Promise<string> {
  return (await lvsPcap(["analyze", ...args, "--format", "markdown"])).stdout;
}

/** What GitHub's own renderer makes of it. */
function rendered(text: string): string {
  const options = ["-e", "table", "-e", "autolink", "-e", "strikethrough", "--unsafe"];
  const { status, stdout, error } = spawnSync("cmark-gfm", options, { input: text, encoding: "utf8" });
  if (error !== undefined || status !== 0) throw new Error(`cmark-gfm: ${error?.message ?? status}`);
  return stdout;
}

const unavailable = notInstalled("cmark-gfm");

describe("--format markdown", () => {
  it("begins with the verdict, and with the sentence to act on", async () => {
    const lines = (await markdown(CAPTURE)).split("\n");
    expect(lines[0]).toBe("# ARP: POISONED");
    expect(lines[2]).toMatch(
      /^\*\*Real server 192\.168\.1\.11 .* set arp_announce=2 on 192\.168\.1\.11\.\*\*$/,
    );
  });

  it("says so where nothing is wrong", async () => {
    const text = await markdown(scratchFile("sound.pcap", writePcap(SOUND_CLUSTER)));
    expect(text).toContain(
      `# ARP: CLEAN\n\n**Nothing wrong was found in ${SOUND_CLUSTER.length} frames.**\n`,
    );
  });

  it("gives the filter and the commands so that they can be copied", async () => {
    const report = reportIn(await lvsPcap(["analyze", CAPTURE, "--format", "json"]));
    const text = await markdown(CAPTURE);
    expect(text).toContain(`\`\`\`\n${report.findings[0]?.displayFilter}\n\`\`\``);
    expect(text).toMatch(/```sh\n {3}sysctl -w net\.ipv4\.conf\.all\.arp_announce=2/);
  });

  it("tells the story frame by frame", async () => {
    const frames = [...(await markdown(CAPTURE)).matchAll(/^- frame (\d+), /gm)].map(([, frame]) =>
      Number(frame),
    );
    expect(frames).toEqual(frames.toSorted((a, b) => a - b));
    expect(frames).toEqual(expect.arrayContaining([7, 10]));
  });

  it.each([...loadRecordings(), ...loadCollected()])("fits a ticket: $name", async ({ capture }) => {
    expect((await markdown(capture)).length).toBeLessThan(65_536);
  });

  it("keeps a file's name from being anything but its name", async () => {
    const name = "`x` | <img src=x onerror=alert(1)> @all [a](javascript:1) *b* \x1b[2J.pcap";
    const text = await markdown(scratchFile(name, writePcap(PROBLEM_3.frames)));
    const line = text.split("\n").find((each) => each.startsWith("- ``") && each.includes("onerror")) ?? "";
    expect(line).toMatch(/^- ``[^`]*(`[^`]+)*``: \d+ frames/);
    expect(text).not.toContain("\x1b");
  });
});

describe("text in Markdown", () => {
  it.each([
    ["emphasis", "*a* _b_ ~c~", "\\*a\\* \\_b\\_ \\~c\\~"],
    ["HTML", "<b>", "\\<b\\>"],
    ["a link", "[a](b)", "\\[a\\](b)"],
    ["a mention", "@all", "@<!-- -->all"],
    ["an emoji", "a :tada: b", "a :<!-- -->tada: b"],
    ["an escape sequence", "\x1b[1m", "\u{fffd}\\[1m"],
  ])("is no %s", (_, text, shown) => {
    expect(prose(text)).toBe(shown);
  });

  it("leaves settings, times and addresses as they are", () => {
    const text = "set arp_announce=2 on 192.168.1.11, 05:28:14.095862";
    expect(prose(text)).toBe(text);
  });

  it("shows a MAC as code, so that none of its bytes becomes an emoji", () => {
    expect(prose("at 02:ab:00:00:00:01, it")).toBe("at `02:ab:00:00:00:01`, it");
  });

  it("fences code with more backticks than it has", () => {
    expect(code("a ``b`")).toBe("``` a ``b` ```");
  });

  it("keeps a pipe within its cell", () => {
    expect(table(["a"], [[code("x|y")]])).toBe("| a |\n| --- |\n| `x\\|y` |");
  });
});

describe.skipIf(unavailable !== null)(`GitHub's renderer, cmark-gfm${skippedFor(unavailable)}`, () => {
  it("shows tables, lists and blocks as meant", async () => {
    const html = rendered(await markdown(CAPTURE));
    expect(html).toContain("<td>critical, used</td>");
    expect(html).toContain('<pre><code class="language-sh">sysctl -w');
    expect(html.match(/<ol>/g)).toHaveLength(1);
    expect(html).toContain(`<code>${REAL_SERVER.mac}</code>`);
  });

  it.each([
    "<script>alert(1)</script>",
    "<img src=x>",
    "[x](javascript:1)",
    "www.example.org",
    "http://example.org",
    "a\n\n# b",
    "```",
    "|",
    "&lt;",
  ])("makes nothing of %s in a sentence", (text) => {
    const [, shown] = /^<p>(.*)<\/p>\n$/s.exec(rendered(`in ${prose(text)} out`)) ?? [];
    expect(shown).toBeDefined();
    expect(shown?.replaceAll("<!-- -->", "")).not.toMatch(/<(?!!--)/);
  });
});
