import type { Report } from "../report.ts";
import { type Content, html } from "./markup.ts";
import { type Calendar, hostCell } from "./names.ts";
import { longTable } from "./tables.ts";

/** What is wrong comes first. */
const ORDER = ["violated", "unobserved", "met"] as const;

const FRAMES_SHOWN = 4;

/** What the topology given as a test promises, and what the frames say of it. */
export function expectationsTable({ expectations }: Report, calendar: Calendar): Content {
  const rows = ORDER.flatMap((outcome) => expectations.filter(({ result }) => result === outcome)).map(
    ({ result, what, expected, seen, evidence }) => {
      const frames = evidence.slice(0, FRAMES_SHOWN).map((position) => calendar.frame(position));
      // The sentence names the first of them where it says who did something.
      const further = frames.filter((frame) => !what.includes(`(${frame})`));
      return html`<tr><td><span class="tag ${result}">${result}</span></td><td>${what}${
        further.length > 0 && ` (${further.join(", ")})`
      }</td><td>${expected.join(", ")}</td><td>${seen === null ? "–" : hostCell(seen)}</td></tr>`;
    },
  );
  return longTable("Expectations", "expectations", ["Result", "What", "Expected", "Seen"], rows);
}
