import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analyzeCapture } from "../../src/index.ts";
import { renderPage } from "../../src/reports/html/page.ts";
import { launchChromium, openFile } from "../support/browser.ts";

/** The pictures of the page in docs/, as this checkout makes it of recorded incidents. */
const PICTURES = [
  { name: "report-light.png", incident: "problem-3", colorScheme: "light", from: ".top", to: ".fix" },
  {
    name: "report-dark.png",
    incident: "keepalived-failover-leaking-real-server",
    colorScheme: "dark",
    from: "#timeline",
    to: "#map",
  },
] as const;

const ROOT = join(import.meta.dirname, "..", "..");
const MARGIN = 12;

const scratch = mkdtempSync(join(tmpdir(), "lvs-pcap-screenshots-"));
const browser = await launchChromium();
for (const { name, incident, colorScheme, from, to } of PICTURES) {
  const file = join("captures", incident, "capture.pcap");
  const topology = join(ROOT, "captures", incident, "topology.yaml");
  const report = await analyzeCapture(join(ROOT, file), { topology, hash: true });
  const path = join(scratch, "report.html");
  writeFileSync(path, renderPage(report, { args: ["analyze", file, "--format", "html"] }));
  const { page } = await openFile(browser, path, { viewport: { width: 1080, height: 900 }, colorScheme });
  const top = await page.locator(from).first().boundingBox();
  const bottom = await page.locator(to).first().boundingBox();
  if (top === null || bottom === null) throw new Error(`${name}: the page has no ${from} or no ${to}`);
  const y = Math.max(0, top.y - MARGIN);
  const clip = { x: 0, y, width: 1080, height: bottom.y + bottom.height + MARGIN - y };
  await page.screenshot({ path: join(ROOT, "docs", name), fullPage: true, clip });
  await page.context().close();
}
await browser.close();
rmSync(scratch, { recursive: true, force: true });
