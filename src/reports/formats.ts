import { renderJson } from "./json.ts";
import type { Report } from "./report.ts";
import { renderTable } from "./table.ts";

export interface RenderOptions {
  readonly color: boolean;
}

/** Every form that a report can take. */
const RENDERERS = {
  table: renderTable,
  json: renderJson,
} as const satisfies Record<string, (report: Report, options: RenderOptions) => string>;

export type Format = keyof typeof RENDERERS;

export const FORMATS = Object.keys(RENDERERS).filter((name): name is Format => name in RENDERERS);

export function render(format: Format, report: Report, options: RenderOptions): string {
  return RENDERERS[format](report, options);
}
