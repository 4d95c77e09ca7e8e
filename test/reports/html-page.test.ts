// @module-tag slow
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyzeCapture, type Report } from "../../src/index.ts";
import { renderPage } from "../../src/reports/html/page.ts";
import { analyze } from "../support/analyze.ts";
import { chromiumUnavailable, launchChromium, type OpenedPage, openFile } from "../support/browser.ts";
import { GATEWAY } from "../support/frames.ts";
import { CONFLICT, lookup } from "../support/incidents.ts";
import { loadRecordings, type Recording } from "../support/recordings.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";

const unavailable = chromiumUnavailable();
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESKTOP = { viewport: { width: 1180, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
beforeAll(async () => {
  if (unavailable === null) browser = await launchChromium();
});
afterAll(() => browser?.close());

function recorded(name: string): Recording {
  const recording = loadRecordings().find((candidate) => candidate.name === name);
  if (recording === undefined) throw new Error(`no recording ${name}`);
  return recording;
}

async function pageOf(name: string): Promise<string> {
  const { capture, topology } = recorded(name);
  return renderPage(await analyzeCapture(capture, { topology, hash: true }), { args: ["analyze", capture] });
}

async function open(page: string, options: BrowserContextOptions = DESKTOP): Promise<OpenedPage> {
  return openFile(browser, scratchFile("report.html", page), options);
}

/** The share of the timeline's width at which its marks stand, as the browser drew them. */
function placesOf(page: Page): Promise<number[]> {
  return page.evaluate(
    "[...document.querySelectorAll('.timeline svg.mark')].map((mark) => Number.parseFloat(mark.getAttribute('x')))",
  );
}

describe.skipIf(unavailable !== null)(`the page in a browser${skippedFor(unavailable)}`, () => {
  it.each([
    "problem-3",
    "problem-1-two-real-servers",
    "keepalived-failover",
    "intruder-arpspoof-gateway",
    "scan",
  ])("on %s loads without a word in the console and without a request", async (name) => {
    const { page, messages, requests } = await open(await pageOf(name));
    expect([messages, requests]).toEqual([[], []]);
    await page.context().close();
  });

  it.each([
    ["intruder-arpspoof-gateway", "light", DESKTOP],
    ["problem-3", "dark", DESKTOP],
    ["keepalived-failover", "dark", PHONE],
  ] as const)("has nothing for axe to complain of: %s, %s, %o", async (name, colorScheme, size) => {
    const { page } = await open(await pageOf(name), { ...size, colorScheme, bypassCSP: true });
    await page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true");
    await page.evaluate(AXE);
    const violations = await page.evaluate(
      "axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))",
    );
    expect(violations).toEqual([]);
    await page.context().close();
  });

  it.each(["problem-3", "intruder-arpspoof-gateway", "problem-3-self-heals"])(
    "on %s is not wider than a phone of 390 pixels",
    async (name) => {
      const { page } = await open(await pageOf(name), PHONE);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      await page.context().close();
    },
  );

  it("is all there where scripts are not allowed", async () => {
    const { page } = await open(await pageOf("problem-3"), { ...DESKTOP, javaScriptEnabled: false });
    await expect(page.locator("h1").innerText()).resolves.toContain("took the VIP");
    await expect(page.locator(".timeline .bar.wrong-0").first().isVisible()).resolves.toBe(true);
    await expect(page.locator("button.copy").first().isVisible()).resolves.toBe(false);
    await page.context().close();
  });

  it("copies a command, with a clipboard and without", async () => {
    const html = await pageOf("problem-3");
    for (const permissions of [["clipboard-read", "clipboard-write"], []]) {
      const { page } = await open(html, { ...DESKTOP, permissions });
      await page.evaluate(
        "document.addEventListener('copy', () => { globalThis.copied = getSelection().toString() })",
      );
      await page.locator(".fix button.copy").first().click();
      await page.getByText("Copied").waitFor();
      await page.context().close();
    }
  });

  it("prints to A4 with everything unfolded and nothing cut off", async () => {
    const { page } = await open(await pageOf("problem-3"));
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    const pages = [...pdf.toString("latin1").matchAll(/\/Type \/Page\b/g)].length;
    expect(pages).toBeGreaterThan(1);
    expect(pages).toBeLessThan(8);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 695, height: 1000 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(695);
    expect(await page.locator(".timeline table.held").first().isVisible()).toBe(true);
    await page.context().close();
  });
});

describe.skipIf(unavailable !== null)(`the timeline${skippedFor(unavailable)}`, () => {
  let page: Page;
  beforeAll(async () => {
    if (unavailable === null) page = (await open(await pageOf("problem-3"))).page;
  });
  afterAll(() => page?.context().close());

  const marks = () => page.locator(".timeline .plot").first().locator(".mark");

  it("tells of a mark when it is pointed at", async () => {
    await marks().and(page.locator(".bar.wrong-0")).hover();
    await expect(page.locator(".tip:visible").innerText()).resolves.toMatch(
      /Gateway 192\.168\.1\.1 held the MAC of real server 192\.168\.1\.11, wrong: .*frame 7.*answered a request/,
    );
  });

  it("tells of one when the keyboard goes to it, from the first to the last", async () => {
    await page.locator(".timeline .mark[tabindex='0']").first().focus();
    const told: string[] = [];
    for (let index = 0; index < (await marks().count()); index++) {
      told.push(await page.locator(".tip:visible").innerText());
      await page.keyboard.press("ArrowRight");
    }
    expect(new Set(told).size).toBe(await marks().count());
    expect(told.join("\n")).toMatch(
      /asked for another host in the address' name: wrong[\s\S]*6 frames, 306 bytes/,
    );
  });

  it("zooms by key around the mark that has the focus, and Escape shows all again", async () => {
    const before = await placesOf(page);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("+");
    expect(await placesOf(page)).not.toEqual(before);
    await page.keyboard.press("Escape");
    expect(await placesOf(page)).toEqual(before);
  });

  it("zooms by wheel with Ctrl, and lets the page scroll without", async () => {
    const lanes = page.locator(".timeline .lanes").first();
    await page.evaluate("document.activeElement.blur()");
    const before = await placesOf(page);
    await lanes.hover({ position: { x: 200, y: 20 } });
    await page.mouse.wheel(0, 40);
    expect(await placesOf(page)).toEqual(before);
    await lanes.hover({ position: { x: 200, y: 20 } });
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await expect.poll(() => placesOf(page)).not.toEqual(before);
    await page.locator("button[data-do=all]").first().click();
    expect(await placesOf(page)).toEqual(before);
  });

  it("can be drawn true to scale: 1.5 of 2 seconds then take three quarters of it", async () => {
    await page.getByRole("button", { name: "True to scale" }).first().click();
    const width = await page.locator(".timeline .sent.wrong").first().getAttribute("width");
    expect(Number.parseFloat(width ?? "")).toBeGreaterThan(70);
    expect(Number.parseFloat(width ?? "")).toBeLessThan(80);
  });
});

describe.skipIf(unavailable !== null)(`10,000 findings${skippedFor(unavailable)}`, () => {
  const COUNT = 10_000;
  let report: Report;
  beforeAll(async () => {
    // Enough real ones to be told apart; analysing as many as are shown is another test's matter.
    const frames = Array.from({ length: 100 }, (_, index) => {
      const ip = `192.168.${index + 2}.9`;
      const [one, other] = ["0a", "0b"].map((side) => ({
        mac: `02:00:00:00:${side}:${String(index).padStart(2, "0")}`,
        ip,
      }));
      if (one === undefined || other === undefined) throw new Error("no hosts");
      return [one, other, one, other].flatMap((host, turn) =>
        lookup(index * 40_000 + turn * 5000, host, GATEWAY),
      );
    }).flat();
    const real = await analyze(frames);
    expect(new Set(real.findings.map(({ kind }) => kind))).toEqual(new Set([CONFLICT.kind]));
    const findings = Array.from({ length: COUNT }, (_, index) => {
      const finding = real.findings[index % real.findings.length];
      if (finding === undefined) throw new Error("no finding");
      return { ...finding, id: `F${index + 1}` };
    });
    report = { ...real, findings };
  });

  it("open within two seconds, with every one of them in the page", async () => {
    const path = scratchFile("many.html", renderPage(report, {}));
    const { page, messages } = await openFile(browser, path, DESKTOP);
    const loadedMs = await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd");
    expect(loadedMs).toBeLessThan(2000);
    expect(await page.locator("table.findings tbody tr").count()).toBe(COUNT);
    expect(messages).toEqual([]);
    await page.context().close();
  });

  it("are searched and sorted as one table, of which a hundred rows are shown", async () => {
    const { page } = await openFile(browser, scratchPath("many.html"), DESKTOP);
    const rows = page.locator("table.findings tbody tr");
    await page.locator("#findings input").fill("F9999");
    await expect.poll(() => rows.count()).toBe(1);
    await page.locator("#findings input").fill("");
    const head = page.locator("#findings th button").first();
    await head.click();
    await head.click();
    await expect.poll(() => rows.first().innerText()).toContain(`F${COUNT}`);
    expect(await rows.count()).toBe(100);
    await page.context().close();
  });

  it("scroll at more than twenty pictures a second, but for one in ten", async () => {
    const { page } = await openFile(browser, scratchPath("many.html"), DESKTOP);
    await page.evaluate(
      "globalThis.gaps = []; requestAnimationFrame(function next(now) { if (globalThis.last) gaps.push(now - last); last = now; requestAnimationFrame(next); })",
    );
    for (let step = 0; step < 20; step++) await page.mouse.wheel(0, 800);
    const slowMs = await page.evaluate("gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.9)]");
    expect(slowMs).toBeLessThan(50);
    await page.context().close();
  });
});
