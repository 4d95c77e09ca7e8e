import type { Report } from "../report.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { GHOST, type Plan, type PlanEdge, type PlanNode, plansOf } from "./network-plan.ts";

/** Along `main` go the requests, across it stand hosts of the same part. */
interface Layout {
  readonly className: string;
  readonly horizontal: boolean;
  /** Of the picture across the requests' way where that is fixed. */
  readonly boxMain: number;
  readonly boxCross: number;
  readonly gapMain: number;
  readonly gapCross: number;
  /** Hosts of one part side by side before a further line begins. */
  readonly perLine: number;
}

const WIDE: Layout = {
  className: "wide",
  horizontal: true,
  boxMain: 172,
  boxCross: 62,
  gapMain: 84,
  gapCross: 18,
  perLine: 99,
};
const NARROW: Layout = {
  className: "narrow",
  horizontal: false,
  boxMain: 60,
  boxCross: 138,
  gapMain: 50,
  gapCross: 12,
  perLine: 2,
};

const LANE = 26;
const CORNER = 10;

interface Point {
  readonly main: number;
  readonly cross: number;
}

interface Box extends Point {
  readonly node: PlanNode;
  readonly level: number;
}

/** The network by parts, with the way that packets should go and the way they went. */
export function renderMaps(report: Report): Content {
  const plans = plansOf(report);
  if (plans.length === 0)
    return html`<p class="muted">No VIP is known, and nobody posed as another: there is nothing to draw.</p>`;
  return plans.map(
    (
      plan,
      index,
    ) => html`<figure class="map" aria-labelledby="map-${index + 1}"><figcaption><h3 id="map-${index + 1}">${plan.title}</h3></figcaption>
${new MapDrawing(plan, WIDE).render()}${new MapDrawing(plan, NARROW).render()}
<p class="legend">${KEY.filter(({ way }) => plan.edges.some((edge) => edge.way === way)).map(
      ({ way, text }) =>
        html`<span class="key"><svg width="34" height="12" aria-hidden="true"><path class="edge ${way}" d="M2 6H30"></path></svg> ${text}</span> `,
    )}</p></figure>`,
  );
}

const KEY = [
  { way: "should", text: "the way requests should go" },
  { way: "went", text: "the way they went" },
  { way: "reply", text: "replies" },
] as const;

class MapDrawing {
  private readonly plan: Plan;
  private readonly layout: Layout;
  private readonly boxes = new Map<string, Box>();
  private readonly cross: number;
  private readonly main: number;
  private readonly lanes: readonly PlanEdge[];

  constructor(plan: Plan, layout: Layout) {
    this.plan = plan;
    this.layout = layout;
    const { boxMain, boxCross, gapMain, gapCross, perLine } = layout;
    const longest = Math.max(...plan.levels.map((level) => Math.min(level.length, perLine)));
    this.cross = longest * (boxCross + gapCross) - gapCross;
    let main = 0;
    for (const [level, nodes] of plan.levels.entries()) {
      for (let first = 0; first < nodes.length; first += perLine) {
        if (first > 0) main += boxMain + gapCross;
        const line = nodes.slice(first, first + perLine);
        const start = (this.cross - line.length * (boxCross + gapCross) + gapCross) / 2;
        for (const [index, node] of line.entries()) {
          this.boxes.set(node.key, { node, level, main, cross: start + index * (boxCross + gapCross) });
        }
      }
      main += boxMain + gapMain;
    }
    this.main = main - gapMain;
    this.lanes = plan.edges.filter((edge) => edge.way === "went" && this.isLong(edge));
  }

  render(): Markup {
    const { layout, plan } = this;
    const before = plan.edges.some(({ way }) => way === "reply") ? LANE + 16 : 4;
    const isBelow = plan.edges.some((edge) => edge.way === "went" && !this.isLong(edge));
    const after = Math.max(LANE * this.lanes.length + (this.lanes.length > 0 ? 12 : 4), isBelow ? LANE : 0);
    // The upright picture is as wide for all plans, so that its text is never smaller than the page's.
    const side = layout.horizontal ? 0 : Math.max(0, (372 - this.cross - before - after) / 2);
    const across = before + this.cross + after + side * 2;
    const [width, height] = layout.horizontal ? [this.main + 4, across] : [across, this.main + 4];
    const origin = layout.horizontal ? `-2 ${-before}` : `${-before - side} -2`;
    return html`<svg class="map-${layout.className}" viewBox="${origin} ${width} ${height}" width="${width}" role="img" aria-label="${plan.description}">
${plan.edges.map((edge) => this.edge(edge))}
${[...this.boxes.values()].filter(({ node }) => node !== GHOST).map((box) => this.box(box))}
${plan.edges.map((edge) => this.label(edge))}
</svg>`;
  }

  private isLong({ from, to }: PlanEdge): boolean {
    const [a, b] = [this.boxes.get(from), this.boxes.get(to)];
    return a !== undefined && b !== undefined && b.level - a.level !== 1;
  }

  private box(box: Box): Markup {
    const { boxMain, boxCross, horizontal } = this.layout;
    const { node } = box;
    const [x, y] = this.at(box);
    const [width, height] = horizontal ? [boxMain, boxCross] : [boxCross, boxMain];
    // Beside the stripe of the accused.
    const middle = x + (width + (node.accused ? 7 : 0)) / 2;
    const long = node.name.length > 15 ? " long" : "";
    return html`<g class="node${node.accused ? " accused" : ""}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"></rect>${
      node.accused && html`<rect class="stripe" x="${x}" y="${y}" width="7" height="${height}"></rect>`
    }<text class="part" x="${middle}" y="${y + 18}">${node.part}${node.accused && ", claims it"}</text><text class="name${long}" x="${middle}" y="${y + 36}">${node.name}</text><text class="mac" x="${middle}" y="${y + 52}">${node.small}</text></g>`;
  }

  private edge(edge: PlanEdge): Content {
    const [from, to] = [this.boxes.get(edge.from), this.boxes.get(edge.to)];
    if (from === undefined || to === undefined) return null;
    return html`<path class="edge ${edge.way}" d="${this.path(edge, from, to)}"></path>`;
  }

  private path(edge: PlanEdge, from: Box, to: Box): string {
    const { boxMain, boxCross, gapMain } = this.layout;
    const centre = (box: Box) => box.cross + boxCross / 2;
    if (edge.way === "reply") {
      const lane = -LANE + 6;
      const [start, end] = [from.main + boxMain * 0.6, to.main + boxMain * 0.6];
      return this.polyline([
        { main: start, cross: from.cross },
        { main: start, cross: lane },
        { main: end, cross: lane },
        { main: end, cross: to.cross },
      ]);
    }
    const start = { main: from.main + boxMain, cross: centre(from) };
    const end = { main: to.main - 3, cross: centre(to) };
    if (edge.way === "went" && this.isLong(edge)) {
      const lane = this.laneOf(edge);
      const leave = from.main + boxMain * 0.5;
      const turn = to.main - gapMain * 0.35;
      // Beside the way that it should have come.
      const enter = end.cross + boxCross * 0.25;
      return this.polyline([
        { main: leave, cross: from.cross + boxCross },
        { main: leave, cross: lane },
        { main: turn, cross: lane },
        { main: turn, cross: enter },
        { main: end.main, cross: enter },
      ]);
    }
    if (edge.way === "should" && this.isLong(edge)) {
      const over = this.boxes.get(GHOST.key);
      const cross = over === undefined ? start.cross : centre(over);
      const [leave, arrive] = [start.main + gapMain * 0.35, end.main - gapMain * 0.35];
      return this.polyline([
        start,
        { main: leave, cross: start.cross },
        { main: leave, cross },
        { main: arrive, cross },
        { main: arrive, cross: end.cross },
        end,
      ]);
    }
    const bend = (end.main - start.main) / 2;
    const points = [
      start,
      { main: start.main + bend, cross: start.cross },
      { main: end.main - bend, cross: end.cross },
      end,
    ].map((point) => this.at(point).join(" "));
    return `M${points[0]} C${points.slice(1).join(" ")}`;
  }

  private label(edge: PlanEdge): Content {
    const [from, to] = [this.boxes.get(edge.from), this.boxes.get(edge.to)];
    if (edge.label === null || from === undefined || to === undefined) return null;
    const { boxMain, boxCross, horizontal } = this.layout;
    const isLane = edge.way === "reply" || this.isLong(edge);
    const cross = edge.way === "reply" ? -LANE + 6 : this.laneOf(edge);
    if (!isLane && !horizontal) {
      return html`<text class="edge-label ${edge.way}" x="${to.cross + boxCross / 2}" y="${to.main + boxMain + 16}">${edge.label}</text>`;
    }
    if (isLane && !horizontal) {
      // Beside the lane, in the gap next to the host where it begins or ends.
      const middle = (from.main + to.main + boxMain) / 2;
      return edge.way === "reply"
        ? html`<text class="edge-label reply" transform="translate(${cross - 6} ${round(middle)}) rotate(-90)">${edge.label}</text>`
        : html`<text class="edge-label went end" x="${cross - 7}" y="${from.main + boxMain + 22}">${edge.label}</text>`;
    }
    const [x, y] = this.at(
      isLane
        ? { main: (from.main + to.main + boxMain) / 2, cross: cross - 6 }
        : { main: to.main + boxMain / 2, cross: to.cross + boxCross + 14 },
    );
    return html`<text class="edge-label ${edge.way}" x="${x}" y="${y}">${edge.label}</text>`;
  }

  private laneOf(edge: PlanEdge): number {
    return this.cross + LANE * (this.lanes.indexOf(edge) + 1) - 6;
  }

  private at({ main, cross }: Point): [number, number] {
    return this.layout.horizontal ? [round(main), round(cross)] : [round(cross), round(main)];
  }

  /** Straight from point to point, with round corners. */
  private polyline(points: readonly Point[]): string {
    const [first, ...others] = points;
    if (first === undefined) return "";
    let path = `M${this.at(first).join(" ")}`;
    others.forEach((corner, index) => {
      const before = points[index] ?? corner;
      const after = others[index + 1];
      if (after === undefined) {
        path += ` L${this.at(corner).join(" ")}`;
        return;
      }
      path += ` L${this.at(towards(corner, before)).join(" ")} Q${this.at(corner).join(" ")} ${this.at(towards(corner, after)).join(" ")}`;
    });
    return path;
  }
}

/** A corner's radius away from it. */
function towards(corner: Point, other: Point): Point {
  const [main, cross] = [other.main - corner.main, other.cross - corner.cross];
  const length = Math.hypot(main, cross) || 1;
  const way = Math.min(CORNER, length / 2) / length;
  return { main: corner.main + main * way, cross: corner.cross + cross * way };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
