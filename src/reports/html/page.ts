import { plural } from "../../words/counts.ts";
import { capitalise } from "../../words/letters.ts";
import type { Report } from "../report.ts";
import { opinionText } from "../second-opinion-text.ts";
import { loadAssets } from "./assets.ts";
import { expectationsTable } from "./expectations.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { Calendar, dateText } from "./names.ts";
import { renderMaps } from "./network-map.ts";
import { renderProvenance } from "./provenance.ts";
import { renderStory } from "./story.ts";
import { benignTable, bindingsTable, chooseStories, findingsTable, groupsOf, rolesTable } from "./tables.ts";
import { renderTimelines } from "./timeline.ts";
import { renderGlance, verdictSentence } from "./verdict.ts";

/** Stories that stand open, and those that are folded up behind them. */
const STORIES = 6;
const FOLDED_STORIES = 60;
const OF_ONE_SORT = 3;

/**
 * The report as one page that needs nothing else: no network, no script to be read, no server.
 *
 * @param options.args what the command was called with
 */
export function renderPage(report: Report, { args = [] }: { args?: readonly string[] }): string {
  const { style, script, policy } = loadAssets();
  const calendar = new Calendar(report);
  const sentence = verdictSentence(report);
  const chosen = chooseStories(report.findings, STORIES + FOLDED_STORIES, OF_ONE_SORT);
  const told = new Set(chosen.map(({ id }) => id));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="${report.tool.name} ${report.tool.version}">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${report.verdict}: ${sentence}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${SHARED_SHAPES}
<header class="top ${report.verdict}">
<p class="kicker">ARP incident report <span>${files(report)}${calendar.start !== null && `, ${dateText(calendar.start)}`}</span></p>
<p class="verdict">${[SIGNS[report.verdict], ` ${report.verdict}`]}</p>
<h1>${sentence}</h1>
${problems(report)}
${renderGlance(report, calendar)}
</header>
<main>
${
  chosen.length > 0 &&
  section("story", "What happened", [
    chosen.slice(0, STORIES).map((finding) => renderStory(finding, calendar)),
    chosen.length > STORIES &&
      html`<details class="quiet"><summary>${plural(chosen.length - STORIES, "more finding")} in full</summary>${chosen
        .slice(STORIES)
        .map((finding) => renderStory(finding, calendar))}</details>`,
  ])
}
${section("timeline", "Whose MAC was held, and when", renderTimelines(report, calendar), report.timelines.length > 0 ? AXIS_NOTE : undefined)}
${section("map", "Which way the packets went", renderMaps(report))}
${section("findings", "Findings", [groupsOf(report.findings), findingsTable(report.findings, told, calendar)])}
${section("benign", "Benign", benignTable(report.benign, calendar))}
${section("bindings", "Neighbour caches at the end", bindingsTable(report, calendar))}
${section("roles", "Who is who, and why", rolesTable(report))}
${report.expectations.length > 0 && section("expectations", "Expectations", expectationsTable(report, calendar))}
${section("provenance", "Where this comes from", renderProvenance(report, args))}
</main>
<script>${script}</script>
</body>
</html>
`;
  return page.source;
}

const AXIS_NOTE = "Long stretches are drawn shorter than they were; the ticks say what time it was, in UTC.";

const SIGNS: Record<Report["verdict"], Markup> = {
  poisoned: html`<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M9 1 17.5 16.5H.5Z"></path><path class="inner" d="M9 6.5v5M9 13.2v1.6"></path></svg>`,
  suspicious: html`<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M9 .5 17.5 9 9 17.5.5 9Z"></path><path class="inner" d="M9 5v5M9 11.7v1.6"></path></svg>`,
  undetermined: html`<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><circle cx="9" cy="9" r="8.5"></circle><path class="inner" d="M6.4 6.8a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.1.8-1.1 1.7M9 13.2v1.2"></path></svg>`,
  clean: html`<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><circle cx="9" cy="9" r="8.5"></circle><path class="inner" d="M5 9.3 8 12.2 13 6.4"></path></svg>`,
};

/** What drawings all over the page refer to. */
const SHARED_SHAPES = html`<svg class="shared" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-line" width="2.5" height="7"></rect></pattern>${[
  "should",
  "went",
  "reply",
].map(
  (way) =>
    html`<marker id="arrow-${way}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow ${way}" d="M0 0 10 5 0 10Z"></path></marker>`,
)}</defs></svg>`;

function section(id: string, title: string, content: Content, note?: string): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${note !== undefined && html`<p class="muted">${note}</p>`}
${content}
</section>`;
}

function files({ captures }: Report): string {
  const [first] = captures;
  if (first === undefined) return "";
  const name = first.file === "-" ? "standard input" : (first.file.split("/").at(-1) ?? first.file);
  return captures.length === 1 ? name : `${name} and ${plural(captures.length - 1, "more file")}`;
}

/** What the reader must know before believing the rest. */
function problems({ captures, vantage, expectations, secondOpinion }: Report): Content {
  const notes = [
    ...(secondOpinion ?? [])
      .filter(({ verified }) => verified === false)
      .map((opinion) => capitalise(opinionText(opinion, captures))),
    ...expectations
      .filter(({ result }) => result === "violated")
      .map(({ what }) => `Not as expected: ${what}`),
    ...captures.flatMap(({ problem }) => (problem === null ? [] : [`Incomplete: ${problem}`])),
    ...vantage.map(({ what }) => what),
  ];
  return (
    notes.length > 0 &&
    html`<ul class="cautions">${notes.slice(0, 6).map((note) => html`<li>${note}</li>`)}</ul>`
  );
}
