import type { Report } from "../report.ts";
import { type Content, html } from "./markup.ts";
import { type Calendar, hostCell } from "./names.ts";

/** What the topology given as a test promises, and what the frames say of it. */
export function expectationsTable({ expectations }: Report, calendar: Calendar): Content {
  return html`<table class="expectations"><caption class="unseen">Expectations</caption><thead><tr><th scope="col">Result</th><th scope="col">What</th><th scope="col">Expected</th><th scope="col">Seen</th></tr></thead>
<tbody>${expectations.map(
    ({ result, what, expected, seen, evidence }) =>
      html`<tr><td><span class="tag ${result}">${result}</span></td><td>${what}${
        evidence.length > 0 &&
        ` (${evidence
          .slice(0, 4)
          .map((position) => calendar.frame(position))
          .join(", ")})`
      }</td><td>${expected.join(", ")}</td><td>${seen === null ? "–" : hostCell(seen)}</td></tr>`,
  )}</tbody></table>`;
}
