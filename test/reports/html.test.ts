import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { analyzeCapture, type Report } from "../../src/index.ts";
import { renderPage } from "../../src/reports/html/page.ts";
import { analyze } from "../support/analyze.ts";
import { lvsPcap } from "../support/cli.ts";
import { loadCollected } from "../support/collected.ts";
import { INCIDENTS, PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { scratchFile } from "../support/scratch.ts";

const PROBLEM_3_CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));
const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'\`\u202e\u0000</style></title>`;

function textOf(page: string): string {
  return page
    .replace(/<(style|script)>.*?<\/\1>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&gt;", ">")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ");
}

/** The report with every text in it that may come from outside replaced. */
function withHostileTexts(report: Report): Report {
  const hostile = (key: string, value: unknown) =>
    typeof value === "string" &&
    ["file", "why", "what", "summary", "problem", "text", "name", "vendor"].includes(key)
      ? HOSTILE
      : value;
  return JSON.parse(JSON.stringify({ ...report, tool: undefined }, hostile), (key, value: unknown) =>
    key === "" && typeof value === "object" && value !== null ? { ...value, tool: report.tool } : value,
  );
}

describe("the page", () => {
  it("says who, what, when, how much and what to change before anything else", async () => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    const head = textOf(renderPage(report, {}).split("<main>")[0] ?? "");
    for (const said of [
      "Real server 192.168.1.11 took the VIP 192.168.1.2 from director 192.168.1.10",
      "gateway 192.168.1.1 still sends its traffic there",
      "asked for another host in the VIP's name",
      "22:13:20.000 UTC",
      "2 frames astray",
      "arp_announce=2",
    ]) {
      expect(head).toContain(said);
    }
  });

  it("tells the story in order: claimed, learned, bypassed, how it ended, what to change", async () => {
    const page = textOf(renderPage(await analyze(PROBLEM_3.frames, PROBLEM_3.roles), {}));
    const places = ["Claimed", "Learned", "Bypassed", "Not over", "What to change"].map((step) =>
      page.indexOf(step),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it.each(loadRecordings())(
    "on the recording $name can be read without a script, and has no gap",
    async (recording) => {
      const report = await analyzeCapture(recording.capture, { topology: recording.topology });
      const page = renderPage(report, {});
      expect(textOf(page)).not.toMatch(/\b(undefined|null|NaN|\[object)\b/);
      for (const { id, displayFilter } of report.findings) {
        expect(page).toContain(`id="${id}"`);
        expect(textOf(page)).toContain(displayFilter);
      }
      for (const { why } of report.benign) expect(textOf(page)).toContain(why);
    },
  );

  it.each(INCIDENTS)("gives commands to paste that name every place: $name", async ({ frames, roles }) => {
    const page = renderPage(await analyze(frames, roles), {});
    const commands = [...page.matchAll(/<pre><code>(.*?)<\/code>/gs)].map(([, code]) => code ?? "");
    expect(commands.length).toBeGreaterThan(1);
    expect(commands.join("\n")).not.toMatch(/IFACE|undefined|null/);
  });

  it("says from what and how it was made, with the files' SHA-256 unasked", async () => {
    const { stdout } = await lvsPcap([
      "analyze",
      PROBLEM_3_CAPTURE,
      "--vip",
      "192.168.1.2",
      "--format",
      "html",
    ]);
    const sum = createHash("sha256").update(writePcap(PROBLEM_3.frames)).digest("hex");
    expect(textOf(stdout)).toContain(sum);
    expect(textOf(stdout)).toContain(`lvs-pcap analyze ${PROBLEM_3_CAPTURE} --vip 192.168.1.2 --format html`);
    expect(textOf(stdout)).toContain(`lvs-pcap verify ${PROBLEM_3_CAPTURE}`);
  });

  it("is the same for the same report", async () => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    expect(renderPage(report, {})).toBe(renderPage(report, {}));
  });

  it("of a capture without frames says so", async () => {
    const page = textOf(renderPage(await analyze([]), {}));
    expect(page).toContain("There is no frame to judge by.");
    expect(page.split("Whose MAC")[0]).not.toContain("clean");
  });

  it("says of which of several files a frame is, wherever it names one", async () => {
    const names = ["problem-1", "problem-3", "intruder-arpspoof-gateway"];
    const files = loadRecordings().flatMap(({ name, capture }) => (names.includes(name) ? [capture] : []));
    const page = textOf(renderPage(await analyzeCapture(files), {}));
    const named = page.match(/\bframes? \d+( to \d+)?( of file \d)?/g) ?? [];
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((text) => !text.includes("of file"))).toEqual([]);
  });

  it("tells two hosts that use one address apart by their MACs", async () => {
    const [raced] = loadRecordings().filter(({ name }) => name === "problem-1");
    const page = textOf(renderPage(await analyzeCapture(raced?.capture ?? ""), {}));
    for (const said of [
      "Host 02:00:00:00:00:10 and host 02:00:00:00:00:11 both use 192.168.1.2",
      "Take 192.168.1.2 from host 02:00:00:00:00:10 or from host 02:00:00:00:00:11",
      "host 02:00:00:00:00:11 disputed",
    ]) {
      expect(page).toContain(said);
    }
  });

  it("draws no empty timeline of a VIP that nobody answered for", async () => {
    const [silent] = loadRecordings().filter(({ name }) => name === "director-never-answers");
    if (silent === undefined) throw new Error("no such recording");
    const report = await analyzeCapture(silent.capture, { topology: silent.topology });
    const page = textOf(renderPage(report, {}));
    expect(page).toContain("How much 6 requests without an answer");
    expect(page).toContain("No frame claims it, and no cache was seen to hold it.");
  });

  it("names a host of which only the MAC is known by that and its vendor", async () => {
    const [poisoned] = loadCollected().filter(({ name }) => name === "melsoft_UDP_unclean_1");
    const report = await analyzeCapture(poisoned?.capture ?? "", { vendors: true });
    const head = textOf(renderPage(report, {}).split("<main>")[0] ?? "");
    expect(head).toContain("Who host c8:5b:76:8b:4c:69 LCFC(Hefei)");
  });
});

describe("the page's policy", () => {
  it("lets in nothing but its own style and script, by their hashes", async () => {
    const page = renderPage(await analyze(PROBLEM_3.frames), {});
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(page)?.[1]
      ?.replaceAll("&#39;", "'");
    const hashOf = (tag: string) => {
      const content = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(page)?.[1] ?? "";
      return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
    };
    expect(policy?.split("; ")).toEqual([
      "default-src 'none'",
      `style-src ${hashOf("style")}`,
      `script-src ${hashOf("script")}`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it("needs no style or handler in an attribute, and no address but within the page", async () => {
    const page = renderPage(await analyze(PROBLEM_3.frames, PROBLEM_3.roles), {});
    const markup = page.replace(/<(style|script)>.*?<\/\1>/gs, "");
    expect(markup).not.toMatch(/\s(style|on\w+)=/);
    expect([...markup.matchAll(/(?:href|src)="([^"#][^"]*)"/g)].map(([, address]) => address)).toEqual([
      "data:,",
    ]);
  });
});

describe("text from outside", () => {
  it.each(INCIDENTS)("stays text wherever it stands: $name", async ({ frames, roles }) => {
    const report = await analyze(frames, roles);
    const page = renderPage(withHostileTexts(report), { args: ["analyze", HOSTILE] });
    expect([...page.matchAll(/<script/g)]).toHaveLength(1);
    expect([...page.matchAll(/<\/style/g)]).toHaveLength(1);
    expect(page).not.toMatch(/<img|\p{Cf}|(?!\n)\p{Cc}/u);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });
});
