import { benignKindOf } from "../../kinds/registry.ts";
import { elapsedText, plural } from "../../words/counts.ts";
import { labelledName } from "../../words/hosts.ts";
import type { BenignChange, Report, Timeline } from "../report.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { type Calendar, changeName, clockText, dateText, hostCell } from "./names.ts";
import { accusations, type Owner, Owners } from "./owners.ts";
import { type Stop, TimeScale } from "./scale.ts";
import { LANE_HEIGHT, Marks, MORE_KEY, POSSIBLE_KEY, percent, SENT_KEY, shapeOf } from "./timeline-marks.ts";
import { CAUSES, CLAIM_SHAPES } from "./wording.ts";

const AXIS_HEIGHT = 40;
const FLAGS_HEIGHT = 26;
const CLAIMS_HEIGHT = 46;
/** From a lane's name to its bar. */
const NAME_HEIGHT = 19;
/** Least distance of two ticks; where the page is narrow every one that is closer than the second gives way. */
const TICKS_APART = 0.14;
const TICKS_FAR_APART = 0.3;
/** Of a tick's text, which at the end stands to the left of its line. */
const TICK_WIDTH = 0.13;

const MOST_FLAGS = 20;

/** For each VIP and gateway whose MAC every cache held over time; those where nothing happened folded up. */
export function renderTimelines(report: Report, calendar: Calendar): Content {
  if (report.timelines.length === 0) {
    return html`<p class="muted">No VIP and no gateway is known, and no other address was claimed by two hosts.</p>`;
  }
  const drawings = report.timelines.map((timeline, index) => new Drawing(timeline, index, report, calendar));
  const most = Math.max(...drawings.map(({ weight }) => weight));
  const isShown = ({ weight }: Drawing) => weight > 1 || weight === most;
  return [
    drawings
      .filter(isShown)
      .toSorted((a, b) => b.weight - a.weight)
      .map((drawing) => drawing.render()),
    drawings
      .filter((drawing) => !isShown(drawing))
      .map(
        (drawing) =>
          html`<details class="quiet"><summary>${drawing.title}: ${drawing.calm}</summary>${drawing.render()}</details>`,
      ),
  ];
}

/** One timeline, as it is being drawn. */
class Drawing {
  readonly title: string;
  /** How much of the incident is in it: accusations weigh most, and of the calm ones a VIP. */
  readonly weight: number;
  private readonly timeline: Timeline;
  private readonly id: string;
  private readonly calendar: Calendar;
  private readonly owners: Owners;
  private readonly flags: readonly BenignChange[];
  private readonly scale: TimeScale;
  private readonly marks: Marks;

  constructor(timeline: Timeline, index: number, report: Report, calendar: Calendar) {
    this.timeline = timeline;
    this.id = `timeline-${index + 1}`;
    this.calendar = calendar;
    this.owners = new Owners(timeline, report);
    const role = { vip: "VIP", gateway: "Gateway", host: "Address" }[timeline.role];
    this.title = `${role} ${timeline.ip}${timeline.vlan === null ? "" : ` on VLAN ${timeline.vlan}`}`;
    const changes = report.benign.filter(
      ({ ip, vlan, kind }) => ip === timeline.ip && vlan === timeline.vlan && benignKindOf(kind).isTurn,
    );
    this.flags = changes.slice(0, MOST_FLAGS);
    this.weight =
      accusations(timeline, report).length > 0 ? 3 : changes.length > 0 ? 2 : timeline.role === "vip" ? 1 : 0;
    this.scale = new TimeScale(this.events(), this.repeats());
    this.marks = new Marks(timeline, this.scale, this.owners, calendar);
  }

  /** What there is to say of it while it is folded up. */
  get calm(): string {
    const { observers, observersOmitted } = this.timeline;
    const count = observers.length + observersOmitted;
    return count === 0
      ? "no host was seen to hold its MAC"
      : `${plural(count, "host")} held its MAC, and nothing happened`;
  }

  render(): Markup {
    const { timeline, flags, title, id, calendar } = this;
    if (timeline.claims.length + timeline.observers.length === 0)
      return html`<figure class="timeline" aria-labelledby="${id}-title"><figcaption><h3 id="${id}-title">${title}</h3></figcaption><p class="muted">No frame claims it, and no cache was seen to hold it.</p></figure>`;
    const top = AXIS_HEIGHT + (flags.length > 0 ? FLAGS_HEIGHT : 0);
    const laneTop = (index: number) => top + CLAIMS_HEIGHT + index * LANE_HEIGHT;
    const height = laneTop(timeline.observers.length);
    const stops = this.scale.stops.map(({ ns, share }) => `${ns},${share.toFixed(6)}`).join(" ");
    return html`<figure class="timeline" id="${id}" aria-labelledby="${id}-title" data-stops="${stops}" data-start="${calendar.start ?? ""}"${calendar.spansDays && html` data-days=""`}>
<figcaption><h3 id="${id}-title">${title}</h3>
<p class="legend">${[...this.owners].map((owner) => this.ownerKey(owner))}${this.shapeKeys()}</p></figcaption>
<div class="controls" role="group" aria-label="Zoom of the timeline of ${title}" hidden>
<button type="button" data-do="in" aria-label="Zoom in">+</button><button type="button" data-do="out" aria-label="Zoom out">&minus;</button><button type="button" data-do="all">Show all</button><button type="button" data-do="linear" aria-pressed="false">True to scale</button>
<span class="hint">Arrow keys go from mark to mark, + and &minus; zoom, Escape shows all. Ctrl with the wheel zooms, too.</span></div>
<div class="frame"><svg class="lanes" role="group" aria-label="Whose MAC was held for ${title}" width="100%" height="${height}">
${this.axis(height)}
<svg class="plot" x="0" y="0" width="100%" height="${height}" overflow="visible">
${flags.map((flag, index) => this.marks.flag(flag, index, AXIS_HEIGHT, height))}
${timeline.claims.length > 0 && this.marks.claims(top + 29)}
${timeline.observers.map((observer, index) => this.marks.lane(observer, laneTop(index) + NAME_HEIGHT))}
</svg>
${timeline.claims.length > 0 && laneName(top, `ARP frames that claim ${timeline.ip}`)}
${timeline.observers.map(({ host }, index) => laneName(laneTop(index), `cache of ${labelledName(host)}`))}
</svg><div class="tip" hidden></div></div>
${this.explanations()}
${timeline.observersOmitted > 0 && html`<p class="muted">and the caches of ${plural(timeline.observersOmitted, "more host")}</p>`}
${this.table()}
</figure>`;
  }

  private *events(): IterableIterator<number> {
    const { timeline, calendar } = this;
    yield 0;
    yield calendar.endNs;
    for (const { held, sent } of timeline.observers) {
      for (const { from, to } of held) {
        yield calendar.nsOf(from.time);
        if (to !== null) yield calendar.nsOf(to.time);
      }
      for (const { first, last } of sent) {
        yield calendar.nsOf(first.time);
        yield calendar.nsOf(last.time);
      }
    }
    for (const { first, last } of timeline.claims) {
      yield calendar.nsOf(first.time);
      yield calendar.nsOf(last.time);
    }
    for (const { first } of this.flags) yield calendar.nsOf(first.time);
  }

  private *repeats(): IterableIterator<number> {
    for (const { frames } of this.timeline.claims) {
      for (const { time } of frames) yield this.calendar.nsOf(time);
    }
  }

  private ownerKey(owner: Owner): Markup {
    return html`<span class="key ${owner.className}"><svg width="26" height="14" aria-hidden="true"><rect class="bar" x="1" y="1" width="24" height="12"></rect>${
      owner.standing === "wrong" && html`<rect class="hatch" x="1" y="1" width="24" height="12"></rect>`
    }</svg>${this.owners.nameOf(owner.host)} <span class="muted">${this.owners.wordFor(owner)}</span></span> `;
  }

  private shapeKeys(): Content {
    const { claims, observers } = this.timeline;
    const forms = new Set(claims.map(({ form }) => form));
    const key = (drawing: Markup, text: string) => html`<span class="key muted">${drawing}${text}</span> `;
    return [
      [...forms].map((form) => key(shapeOf(form), CLAIM_SHAPES[form])),
      claims.some(({ count, frames }) => count > frames.length) && key(MORE_KEY, "more of the same"),
      observers.some(({ held }) => held.some(({ state }) => state === "possible")) &&
        key(POSSIBLE_KEY, "not certain"),
      observers.some(({ sent }) => sent.length > 0) && key(SENT_KEY, "traffic sent there"),
    ];
  }

  /** Ticks stand where something happened, and between them how long it took. */
  private axis(height: number): Markup {
    const end = this.scale.stops.at(-1);
    const ticks = this.scale.stops
      .filter(spacedBy(TICKS_APART))
      .filter(({ share }) => share <= 1 - 2 * TICK_WIDTH);
    if (end !== undefined && end.share === 1) ticks.push(end);
    const isFar = spacedBy(TICKS_FAR_APART);
    return html`<g class="ticks" aria-hidden="true">${ticks.map((tick, index) => {
      const x = percent(tick.share);
      const [last, next] = [ticks[index - 1], ticks[index + 1]];
      const nearestNs = Math.min(tick.ns - (last?.ns ?? -1e9), (next?.ns ?? tick.ns + 1e9) - tick.ns);
      const className = tick === end ? "tick end" : isFar(tick) && tick.share < 0.5 ? "tick" : "tick dense";
      return html`<g class="${className}"><line x1="${x}" x2="${x}" y1="30" y2="${height}"></line><text x="${x}" y="12">${this.tickText(tick.ns, nearestNs)}</text>${
        next !== undefined &&
        html`<text class="gap" x="${percent((tick.share + next.share) / 2)}" y="26">${elapsedText(next.ns - tick.ns)}</text>`
      }</g>`;
    })}</g>`;
  }

  /** @param nearestNs how far the next tick is, which it must differ from */
  private tickText(ns: number, nearestNs: number): string {
    const { start, spansDays } = this.calendar;
    if (start === null) return "";
    const restNs = Number(start.slice(23, 29)) + ns;
    const time = new Date(Date.parse(`${start.slice(0, 23)}Z`) + Math.floor(restNs / 1e6)).toISOString();
    if (spansDays) return `${dateText(time).slice(0, -5)} ${time.slice(11, 19)}`;
    const microseconds = String(Math.floor((restNs % 1e6) / 1e3)).padStart(3, "0");
    return `${time.slice(11, 23)}${nearestNs < 2e6 ? microseconds : ""}`;
  }

  private explanations(): Content {
    if (this.flags.length === 0) return null;
    return html`<ol class="explained">${this.flags.map(
      (flag) => html`<li><b>${changeName(flag)}</b>, ${this.calendar.moment(flag.first)}: ${flag.why}</li>`,
    )}</ol>`;
  }

  /** The same in words, for those who do not see it, and for whoever wants to look a frame up. */
  private table(): Content {
    const rows = this.timeline.observers.flatMap(({ host, held }) =>
      held.map((holding) => ({ host, holding })),
    );
    if (rows.length === 0) return null;
    return html`<details class="more"><summary>The same as a table</summary><table class="held"><caption class="unseen">Caches that held ${this.title}</caption>
<thead><tr><th scope="col">Cache of</th><th scope="col">Held</th><th scope="col">From</th><th scope="col">Until</th></tr></thead>
<tbody>${rows.map(({ host, holding: { owner, from, to, cause, endedBy, state } }) => {
      const known = this.owners.of(owner);
      return html`<tr><td>${hostCell(host)}</td><td>${hostCell(owner)} <span class="word ${known.standing}">${state === "possible" && "possibly, "}${this.owners.wordFor(known)}</span></td><td>${this.calendar.frame(from)}, ${clockText(from.time)}: ${CAUSES[cause]}</td><td>${
        to === null
          ? "the end"
          : `${this.calendar.frame(to)}, ${clockText(to.time)}${endedBy === null ? "" : `: ${CAUSES[endedBy]}`}`
      }</td></tr>`;
    })}</tbody></table></details>`;
  }
}

function laneName(top: number, name: string): Markup {
  return html`<text class="name" x="0" y="${top + 13}">${name}</text>`;
}

/** Lets through what is at least so far from what it let through last. */
function spacedBy(least: number): (stop: Stop) => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return ({ share }) => {
    if (share - last < least) return false;
    last = share;
    return true;
  };
}
