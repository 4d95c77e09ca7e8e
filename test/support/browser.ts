import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Debian's package of that name. */
const CHROMIUM = "/usr/bin/chromium";

/** Why no page can be looked at here; null where one can. */
export function chromiumUnavailable(): string | null {
  const { error, status } = spawnSync(CHROMIUM, ["--version"], { stdio: "ignore" });
  if (error !== undefined) return `no ${CHROMIUM}`;
  // Some systems have a script of this name that only says how to install the browser.
  return status === 0 ? null : `${CHROMIUM} does not start`;
}

export function launchChromium(): Promise<Browser> {
  // As root it does not start with its sandbox, and containers give it little shared memory.
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page that was opened from a file, and what the browser had to say of it. */
export interface OpenedPage {
  readonly page: Page;
  /** Of the console, and of errors that nobody caught. */
  readonly messages: string[];
  /** What it asked for, but for itself. */
  readonly requests: string[];
}

export async function openFile(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const url = pathToFileURL(path).href;
  const messages: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url) requests.push(request.url());
  });
  await page.goto(url);
  return { page, messages, requests };
}
