/** Draws a timeline anew for another stretch of its axis, or for another width. */

const SVG = "http://www.w3.org/2000/svg";
/** Of the whole axis. */
const SHORTEST_STRETCH = 1e-9;
/** What a tick's text takes, in CSS pixels. */
const TICK_ROOM = 112;
/** Of A4 between its margins, in CSS pixels. */
const PAPER_WIDTH = 620;

/** A drawn timeline, and which stretch of its axis is shown, from 0 to 1. */
// biome-ignore lint/correctness/noUnusedVariables: timeline-controls.js uses it, in the same script.
class TimelineView {
  /** @param {HTMLElement} figure */
  constructor(figure) {
    this.figure = figure;
    this.frame = required(figure.querySelector(".frame"));
    this.svg = required(figure.querySelector("svg.lanes"));
    this.plot = required(figure.querySelector("svg.plot"));
    this.ticks = required(figure.querySelector("g.ticks"));
    this.startMs = Date.parse(`${figure.dataset.start?.slice(0, 23)}Z`);
    this.startRestNs = Number(figure.dataset.start?.slice(23, 29) ?? 0);
    /** @type {{ ns: number, share: number }[]} */
    this.stops = (figure.dataset.stops ?? "").split(" ").map((stop) => {
      const [ns, share] = stop.split(",");
      return { ns: Number(ns), share: Number(share) };
    });
    this.shares = new Map(this.stops.map((stop) => [stop.ns, stop.share]));
    this.items = [...this.plot.querySelectorAll("[data-t]")].map((item) => {
      const end = item.getAttribute("data-e");
      return { item, from: Number(item.getAttribute("data-t")), to: end === null ? null : Number(end) };
    });
    this.labels = [...this.plot.querySelectorAll("svg.label")].map((label) => ({
      label,
      length: label.querySelector("text")?.getComputedTextLength() ?? 0,
    }));
    this.linear = false;
    this.from = 0;
    this.to = 1;
    new ResizeObserver(() => this.draw()).observe(this.frame);
    addEventListener("beforeprint", () => {
      this.fitLabels(PAPER_WIDTH);
      this.drawTicks(PAPER_WIDTH);
    });
    addEventListener("afterprint", () => this.draw());
  }

  get isWhole() {
    return this.to - this.from === 1;
  }

  get middle() {
    return (this.from + this.to) / 2;
  }

  get width() {
    return this.frame.clientWidth || 1;
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  show(from, to) {
    const length = Math.min(1, Math.max(SHORTEST_STRETCH, to - from));
    this.from = Math.min(Math.max(0, from), 1 - length);
    this.to = this.from + length;
    this.draw();
  }

  /**
   * @param {number} factor above 1 shows a shorter stretch
   * @param {number} around stays where it is
   */
  zoom(factor, around) {
    const from = around - (around - this.from) / factor;
    this.show(from, from + (this.to - this.from) / factor);
  }

  /** @param {number} by as a share of what is shown */
  pan(by) {
    const way = by * (this.to - this.from);
    this.show(this.from + way, this.to + way);
  }

  /** @param {number} ns comes into sight, if it is not */
  reveal(ns) {
    const share = this.shareOf(ns);
    if (share >= this.from && share <= this.to) return;
    const half = (this.to - this.from) / 2;
    this.show(share - half, share + half);
  }

  draw() {
    this.plot.setAttribute("overflow", this.isWhole ? "visible" : "hidden");
    this.figure.classList.toggle("zoomed", !this.isWhole);
    for (const { item, from, to } of this.items) {
      const start = this.placeOf(from);
      if (to === null) {
        item.setAttribute("x", `${start}%`);
        item.setAttribute("visibility", start < -1 || start > 101 ? "hidden" : "visible");
        continue;
      }
      // A label stays in sight as long as something of its bar does.
      const least = item.classList.contains("label") ? 0 : -2;
      const left = Math.min(102, Math.max(least, start));
      const right = Math.min(102, this.placeOf(to));
      item.setAttribute("x", `${left}%`);
      item.setAttribute("width", `${Math.max(0.25, right - left)}%`);
      item.setAttribute("visibility", right < -1 || left > 101 ? "hidden" : "visible");
    }
    this.fitLabels(this.width);
    this.drawTicks(this.width);
  }

  /** @param {number} width */
  fitLabels(width) {
    for (const { label, length } of this.labels) {
      const room = (Number.parseFloat(label.getAttribute("width") ?? "0") / 100) * width;
      label.classList.toggle("tight", room < length + 12);
    }
  }

  /** @param {number} width */
  drawTicks(width) {
    const height = this.svg.getAttribute("height") ?? "0";
    /** @type {{ ns: number, place: number }[]} */
    const chosen = [];
    const end = this.isWhole && this.stops.length > 1 ? this.stops.at(-1) : undefined;
    // The end's text stands to the left of its line; without it the last one must not write past the end.
    const most = 100 - (TICK_ROOM * (end === undefined ? 80 : 190)) / width;
    for (const { ns } of this.stops) {
      const place = this.placeOf(ns);
      const last = chosen.at(-1);
      if (place < 0 || (place > most && chosen.length > 0)) continue;
      if (last === undefined || ((place - last.place) * width) / 100 >= TICK_ROOM) chosen.push({ ns, place });
    }
    if (end !== undefined) chosen.push({ ns: end.ns, place: 100 });
    this.ticks.replaceChildren(
      ...chosen.flatMap(({ ns, place }, index) => {
        const next = chosen[index + 1];
        const nearest = Math.min(ns - (chosen[index - 1]?.ns ?? -1e9), (next?.ns ?? ns + 1e9) - ns);
        const line = drawn("line", { x1: `${place}%`, x2: `${place}%`, y1: "30", y2: height });
        const side = ns === end?.ns ? { class: "end" } : {};
        const time = drawn("text", { x: `${place}%`, y: "12", ...side }, this.clock(ns, nearest));
        if (next === undefined) return [line, time];
        const middle = `${(place + next.place) / 2}%`;
        return [line, time, drawn("text", { class: "gap", x: middle, y: "26" }, elapsed(next.ns - ns))];
      }),
    );
  }

  /**
   * @param {number} ns
   * @param {number} nearest how far the next tick is, which it must differ from
   */
  clock(ns, nearest) {
    const all = this.startRestNs + ns;
    const time = new Date(this.startMs + Math.floor(all / 1e6)).toISOString();
    if (this.figure.dataset.days !== undefined) return `${time.slice(5, 10)} ${time.slice(11, 19)}`;
    const microseconds = String(Math.floor((all % 1e6) / 1e3)).padStart(3, "0");
    return `${time.slice(11, 23)}${nearest < 2e6 ? microseconds : ""}`;
  }

  /**
   * Where on the axis a point of the screen is.
   *
   * @param {number} clientX
   */
  shareAt(clientX) {
    const { left, width } = this.svg.getBoundingClientRect();
    return this.from + ((clientX - left) / width) * (this.to - this.from);
  }

  /**
   * Per cent of the picture's width.
   *
   * @param {number} ns
   */
  placeOf(ns) {
    return ((this.shareOf(ns) - this.from) / (this.to - this.from)) * 100;
  }

  /** @param {number} ns one of the stops' */
  shareOf(ns) {
    const last = this.stops.at(-1)?.ns ?? 0;
    const first = this.stops[0]?.ns ?? 0;
    if (this.linear) return last === first ? 0.5 : (ns - first) / (last - first);
    return this.shares.get(ns) ?? 0;
  }
}

/**
 * @template T
 * @param {T | null} found
 * @returns {T}
 */
function required(found) {
  if (found === null) throw new Error("a part of the timeline is missing");
  return found;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {string} [text]
 */
function drawn(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.textContent = text;
  return made;
}

/** @param {number} ns */
function elapsed(ns) {
  if (ns < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 1e9) return `${Number((ns / 1e6).toPrecision(2))} ms`;
  const seconds = ns / 1e9;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
