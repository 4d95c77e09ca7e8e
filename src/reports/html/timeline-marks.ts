import { countText, plural } from "../../words/counts.ts";
import { hostName, roleName } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import type {
  BenignChange,
  CacheHolding,
  Host,
  SentPeriod,
  Timeline,
  TimelineClaim,
  TimelineObserver,
} from "../report.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { type Calendar, changeName } from "./names.ts";
import type { Owners } from "./owners.ts";
import type { TimeScale } from "./scale.ts";
import { CAUSES, CLAIM_FORMS } from "./wording.ts";

export const LANE_HEIGHT = 70;

const BAR_HEIGHT = 22;
const BAND_HEIGHT = 15;
/** Without a script nothing measures the text: so wide is a character, of the whole picture, where the page is wide. */
const CHARACTER_SHARE = 7 / 760;

const SHAPES: Record<TimelineClaim["form"], Markup> = {
  request: html`<path d="M0-7 7 0 0 7-7 0Z"></path>`,
  reply: html`<circle r="6"></circle>`,
  "unsolicited-reply": html`<rect x="-5.5" y="-5.5" width="11" height="11"></rect>`,
  announcement: html`<path d="M0-7 7 6-7 6Z"></path>`,
  addressed: html`<path d="M-6-6 6 6M6-6-6 6"></path>`,
};

/** The shape of a mark, for a legend. */
export function shapeOf(form: TimelineClaim["form"]): Markup {
  return html`<svg class="claim other-0" width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">${SHAPES[form]}</svg>`;
}

/** The same for what is no mark of a single frame. */
export const MORE_KEY = html`<svg class="other-0" width="26" height="14" aria-hidden="true"><rect class="mark more" x="1" y="5" width="24" height="4"></rect></svg>`;
export const POSSIBLE_KEY = html`<svg class="other-0" width="26" height="14" aria-hidden="true"><rect class="bar possible" x="1" y="1" width="24" height="12"></rect></svg>`;
export const SENT_KEY = html`<svg class="other-0" width="26" height="14" aria-hidden="true"><rect class="sent" x="1" y="3" width="24" height="9"></rect></svg>`;

/**
 * What stands along the axis: every mark carries its times, for a script to move it, and what there is to tell of it.
 *
 * Widths and places are per cent, so that text keeps its size however wide the picture is.
 */
export class Marks {
  private readonly timeline: Timeline;
  private readonly scale: TimeScale;
  private readonly owners: Owners;
  private readonly calendar: Calendar;

  constructor(timeline: Timeline, scale: TimeScale, owners: Owners, calendar: Calendar) {
    this.timeline = timeline;
    this.scale = scale;
    this.owners = owners;
    this.calendar = calendar;
  }

  /** An explained change: a number at the top, and a line through everything that it changed. */
  flag(change: BenignChange, index: number, top: number, height: number): Markup {
    const text = `${changeName(change)}: ${change.why} (${this.calendar.moment(change.first)})`;
    return html`<svg class="mark flag" ${this.point(change.first.time)} y="0" overflow="visible" ${told(text)}<line class="guide" x1="0" x2="0" y1="${top + 20}" y2="${height}"></line><circle cx="0" cy="${top + 10}" r="10"></circle><text x="0" y="${top + 14}">${index + 1}</text></svg>`;
  }

  claims(y: number): Content {
    const { claims } = this.timeline;
    return [
      rail(y),
      claims.map((claim) => this.moreClaims(claim, y)),
      // The accused last, so that they lie above the others.
      claims.toReversed().map((claim) => this.claimFrames(claim, y)),
    ];
  }

  lane({ host, held, sent }: TimelineObserver, y: number): Content {
    return [
      rail(y + BAR_HEIGHT / 2),
      held.map((holding) => this.holding(holding, host, y)),
      sent.map((period) => this.band(period, host, y + BAR_HEIGHT + 3)),
    ];
  }

  /** Those of which only the last is known: the report keeps the first few. */
  private moreClaims({ claimant, count, frames, last, form }: TimelineClaim, y: number): Content {
    const kept = frames.at(-1);
    if (kept === undefined || count <= frames.length) return null;
    const text = `${capitalise(this.owners.nameOf(claimant))}: ${countText(count - frames.length)} more such frames to ${this.calendar.moment(last)}; it ${CLAIM_FORMS[form]}`;
    const { className, standing } = this.owners.of(claimant);
    // The accused above the others, so that neither hides the other.
    return html`<rect class="mark more ${className}" ${this.stretch(kept.time, last.time)} y="${standing === "wrong" ? y - 5 : y + 1}" height="4" ${told(text)}</rect>`;
  }

  private claimFrames({ claimant, form, frames }: TimelineClaim, y: number): Content {
    const owner = this.owners.of(claimant);
    return frames.map((frame) => {
      const by = frame.sentBy === null ? "" : `, sent by ${hostName(frame.sentBy)} in its name`;
      const text = `${capitalise(this.owners.nameOf(claimant))} ${CLAIM_FORMS[form]}${by}: ${this.owners.wordFor(owner)} (${this.calendar.moment(frame)})`;
      return html`<svg class="mark claim ${owner.className} ${owner.standing}" ${this.point(frame.time)} y="${y}" overflow="visible" ${told(text)}<circle class="touch" r="11"></circle>${SHAPES[form]}</svg>`;
    });
  }

  private holding(holding: CacheHolding, host: Host, y: number): Markup {
    const { owner: of, from, to, used, cause, state, endedBy } = holding;
    const owner = this.owners.of(of);
    const word = this.owners.wordFor(owner);
    const box = this.stretch(from.time, to?.time ?? null);
    const ending =
      to === null
        ? "to the end"
        : `until ${this.calendar.moment(to)}${endedBy === null ? "" : `, ${CAUSES[endedBy]}`}`;
    const usage = used === null ? "" : `; used from ${this.calendar.frame(used)}`;
    const text = `${capitalise(hostName(host))} ${state === "known" ? "held" : "may have held"} the MAC of ${this.owners.nameOf(of)}, ${word}: ${of.mac} from ${this.calendar.moment(from)}, ${CAUSES[cause]}; ${ending}${usage}`;
    const name = this.owners.nameOf(of);
    const label = owner.standing === "wrong" ? `${word}: ${name.slice(roleName(of).length + 1)}` : name;
    return html`<rect class="mark bar ${owner.className} ${state}" ${box} y="${y}" height="${BAR_HEIGHT}" ${told(text)}</rect>${
      owner.standing === "wrong" && html`<rect class="hatch" ${box} y="${y}" height="${BAR_HEIGHT}"></rect>`
    }${this.label(label, owner.className, from.time, to?.time ?? null, y, 15.5, BAR_HEIGHT)}`;
  }

  /** What the host sent by what it believed. */
  private band({ to, first, last, frames, bytes }: SentPeriod, host: Host, y: number): Markup {
    const owner = this.owners.of(to);
    const isAstray = owner.standing === "wrong";
    const text = `Traffic ${isAstray ? "astray" : "on its way"}: ${hostName(host)} sent ${this.owners.nameOf(to)} ${plural(frames, "frame")}, ${countText(bytes)} bytes for ${this.timeline.ip} (${this.calendar.moment(first)} to ${this.calendar.moment(last)})`;
    const label = isAstray ? `${countText(frames)} astray` : plural(frames, "frame");
    return html`<rect class="mark sent ${owner.className} ${owner.standing}" ${this.stretch(first.time, last.time)} y="${y}" height="${BAND_HEIGHT}" ${told(text)}</rect>${this.label(label, `sent-label ${owner.className} ${owner.standing}`, first.time, last.time, y, 11.5, BAND_HEIGHT)}`;
  }

  /** Text inside a bar, cut off at its end, and not shown where it does not fit. */
  private label(
    text: string,
    className: string,
    from: string,
    to: string | null,
    y: number,
    baseline: number,
    height: number,
  ): Markup {
    const room = this.endOf(to) - this.scale.shareOf(this.calendar.nsOf(from));
    const fits = room > (text.length + 2) * CHARACTER_SHARE;
    return html`<svg class="label ${className}${fits ? "" : " tight"}" ${this.stretch(from, to)} y="${y}" height="${height}" aria-hidden="true"><text x="7" y="${baseline}">${text}</text></svg>`;
  }

  private point(time: string): Markup {
    const ns = this.calendar.nsOf(time);
    return html`data-t="${ns}" x="${percent(this.scale.shareOf(ns))}"`;
  }

  /** @param to null for the end */
  private stretch(from: string, to: string | null): Markup {
    const ns = this.calendar.nsOf(from);
    const start = this.scale.shareOf(ns);
    // A rectangle without a width is not drawn at all.
    const width = Math.max(0.0025, this.endOf(to) - start);
    const endNs = to === null ? this.calendar.endNs : this.calendar.nsOf(to);
    return html`data-t="${ns}" data-e="${endNs}" x="${percent(start)}" width="${percent(width)}"`;
  }

  private endOf(to: string | null): number {
    return this.scale.shareOf(to === null ? this.calendar.endNs : this.calendar.nsOf(to));
  }
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

/** What a mark says, to whoever points at it, goes to it by keyboard, or hears it. */
function told(text: string): Markup {
  return html`tabindex="-1" role="img" aria-label="${text}"><title>${text}</title>`;
}

function rail(y: number): Markup {
  return html`<line class="rail" x1="0" x2="100%" y1="${y}" y2="${y}"></line>`;
}
