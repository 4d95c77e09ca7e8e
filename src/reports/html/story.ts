import { preventionText } from "../../kinds/fix/prevention.ts";
import { findingKindOf } from "../../kinds/registry.ts";
import { countText, plural } from "../../words/counts.ts";
import { hostName, labelledName, restoredText, subjectOf } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import { bypassLines, episodeLines } from "../bypass-text.ts";
import { raceLines } from "../race-text.ts";
import type { ReportedFinding, ReportedFixStep, ReportedPosition, ReportedVictim } from "../report.ts";
import { copyable } from "./copy.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { type Calendar, clockText, dateText } from "./names.ts";

const VICTIMS_SHOWN = 6;
/** One finding from the claim to the cure. */
export function renderStory(finding: ReportedFinding, calendar: Calendar): Markup {
  const { id, severity, summary, kind, suppressedBy, certainty, why } = finding;
  return html`<article class="story" id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title">${id} <span class="tag ${severity}">${severity}</span> <span class="tag">${kind}</span></h3>
<p class="summary">${summary}</p>
<p class="muted">${capitalise(certainty)}: ${why}.</p>
${suppressedBy !== null && html`<p class="caution">Suppressed by a known exception: ${suppressedBy}. It counts for no verdict.</p>`}
<ol class="steps">${claimed(finding, calendar)}${learned(finding, calendar)}${strayed(finding, calendar)}${ended(finding, calendar)}</ol>
${fix(finding)}
${proof(finding, calendar)}
</article>`;
}

function step(name: string, at: ReportedPosition | null, calendar: Calendar, content: Content): Markup {
  return html`<li><div class="when"><b>${name}</b>${
    at !== null &&
    html`${calendar.spansDays && html`<span>${dateText(at.time)}</span>`}<span>${clockText(at.time)}</span><span>${calendar.frame(at)}</span>`
  }</div><div class="what">${content}</div></li>`;
}

function claimed(finding: ReportedFinding, calendar: Calendar): Markup {
  const { evidence, count, kind, first, last } = finding;
  const [proof] = evidence;
  const { counts, isClaim, deed } = findingKindOf(kind);
  const more =
    count === 1
      ? null
      : html` ${plural(count, counts === "frame" ? "such frame" : counts)} in all, the last is ${calendar.frame(last)}.`;
  return step(
    isClaim ? "Claimed" : "Seen",
    first,
    calendar,
    html`<p>${capitalise(hostName(subjectOf(finding)))} ${deed}.${more}</p>${proof !== undefined && html`<p class="wire">${proof.what}</p>`}`,
  );
}

function learned(finding: ReportedFinding, calendar: Calendar): Content {
  const { victims, notObservable, stage } = finding;
  const unseen =
    notObservable.length > 0 &&
    html`<p class="caution">Not observable here: whether ${notObservable
      .slice(0, VICTIMS_SHOWN)
      .map(hostName)
      .join(", ")} learned it, too.</p>`;
  if (victims.length === 0 || stage === "claimed") {
    return unseen === false ? null : step("Learned", null, calendar, unseen);
  }
  const first = victims.find((victim) => victim.learned !== null)?.learned ?? victims[0]?.used ?? null;
  const more = victims.length - VICTIMS_SHOWN;
  return step("Learned", first, calendar, [
    victims.slice(0, VICTIMS_SHOWN).map((victim) => html`<p>${believed(victim, calendar)}</p>`),
    more > 0 && html`<p>and ${plural(more, "more host")}</p>`,
    unseen,
  ]);
}

function believed(victim: ReportedVictim, calendar: Calendar): string {
  const how =
    victim.learned === null
      ? "believed it already before any frame shows why"
      : `took the claimant's MAC into its cache in ${calendar.frame(victim.learned)}`;
  const use = victim.used === null ? "" : `, and used it from ${calendar.frame(victim.used)} on`;
  const times = victim.episodes.length > 1 ? `; ${victim.episodes.length} times in all` : "";
  return `${capitalise(hostName(victim))} ${how}${use}${times}.`;
}

function strayed(finding: ReportedFinding, calendar: Calendar): Content {
  const { bypass, races, racesTotal } = finding;
  const at = (position: ReportedPosition) => calendar.frame(position);
  const moment = (position: ReportedPosition) => calendar.moment(position);
  const episodes = episodeLines(finding, moment, at);
  const raced = raceLines({ races, racesTotal }, at);
  return [
    raced.length > 0 &&
      step("Raced", races[0]?.request ?? null, calendar, [
        html`<p>Who answered first:</p>`,
        raced.map((line) => html`<p>${line}</p>`),
      ]),
    bypass !== null &&
      step(
        "Bypassed",
        bypass.first,
        calendar,
        bypassLines(finding, at).map((line) => html`<p>${capitalise(line)}.</p>`),
      ),
    episodes.length > 0 &&
      step(
        "Each time",
        null,
        calendar,
        episodes.map((line) => html`<p>${line}.</p>`),
      ),
  ];
}

function ended({ victims, stage }: ReportedFinding, calendar: Calendar): Content {
  if (victims.length === 0 || stage === "claimed") return null;
  const restored = victims.filter((victim) => victim.restored !== null);
  const lasting = victims.length - restored.length;
  const last = restored.reduce<ReportedPosition | null>(
    (latest, victim) =>
      latest === null || (victim.restored?.time ?? "") > latest.time ? victim.restored : latest,
    null,
  );
  return step(lasting > 0 ? "Not over" : "Ended", lasting > 0 ? null : last, calendar, [
    restored
      .slice(0, VICTIMS_SHOWN)
      .map(
        (victim) =>
          html`<p>${capitalise(hostName(victim))} ${restoredText(victim.restoredBy, `was wrong until ${victim.restored === null ? "the end" : calendar.frame(victim.restored)}`)}.</p>`,
      ),
    restored.length > VICTIMS_SHOWN &&
      html`<p>and ${plural(restored.length - VICTIMS_SHOWN, "more host")}</p>`,
    lasting > 0 &&
      html`<p>${lasting === 1 ? "One cache is" : `${countText(lasting)} caches are`} still wrong where the capture ends.</p>`,
  ]);
}

function fix(finding: ReportedFinding): Markup {
  const { id, fix: steps, remedy } = finding;
  const prevention = preventionText(finding);
  return html`<section class="fix" id="${id}-fix" aria-label="Fix of ${id}"><h4>What to change</h4>${
    steps.length === 0
      ? remedy.map((line) => html`<p>${line}</p>`)
      : html`${prevention !== null && html`<p>${prevention}</p>`}<ol>${steps.map(fixStep)}</ol>`
  }</section>`;
}

function fixStep({ host, what, command, note }: ReportedFixStep): Markup {
  const on = host === null ? null : labelledName(host);
  return html`<li><p>${on !== null && html`<span class="on">${on}</span> `}${what}</p>
${command !== null && copyable(command, `command for ${on ?? what}`)}${note !== null && html`<p class="note">${note}</p>`}</li>`;
}

function proof(finding: ReportedFinding, calendar: Calendar): Markup {
  const { evidence, evidenceTotal, displayFilter, remedy, models, id } = finding;
  const more = evidenceTotal - evidence.length;
  return html`<div class="proof"><p class="label">In Wireshark</p>${copyable(displayFilter, `display filter of ${id}`)}</div>
<details class="more"><summary>Proof: ${plural(evidenceTotal, "frame")}</summary><ul class="frames">${evidence.map(
    (frame) => html`<li><b>${calendar.moment(frame)}</b> ${frame.what}</li>`,
  )}</ul>${more > 0 && html`<p class="muted">and ${plural(more, "more frame")}; the filter shows all of them</p>`}</details>
${models.length > 0 && html`<details class="more"><summary>With other neighbour caches</summary>${models.map(({ why }) => html`<p>${why}</p>`)}</details>`}
${remedy.length > 0 && html`<details class="more"><summary>The fix in words</summary><ol>${remedy.map((line) => html`<li>${line}</li>`)}</ol></details>`}`;
}
