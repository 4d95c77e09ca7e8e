import { renderJson } from "./json.ts";
import type { RenderOptions } from "./render-options.ts";
import type { Report } from "./report.ts";
import { renderTable } from "./table.ts";

/** Every form that a report can take; those that are large are loaded where they are wanted. */
const RENDERERS = {
  table: renderTable,
  json: renderJson,
  ndjson: async (report) => (await import("./ndjson.ts")).renderNdjson(report),
  markdown: async (report, options) => (await import("./markdown.ts")).renderMarkdown(report, options),
  sarif: async (report, options) => (await import("./sarif.ts")).renderSarif(report, options),
  html: async (report, options) => (await import("./html/page.ts")).renderPage(report, options),
} as const satisfies Record<string, (report: Report, options: RenderOptions) => string | Promise<string>>;

export type Format = keyof typeof RENDERERS;

export const FORMATS = Object.keys(RENDERERS).filter((name): name is Format => name in RENDERERS);

export async function render(format: Format, report: Report, options: RenderOptions): Promise<string> {
  return await RENDERERS[format](report, options);
}
