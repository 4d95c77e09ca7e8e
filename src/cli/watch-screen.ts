import type { WriteStream } from "node:tty";
import { severityCount } from "../reports/text.ts";
import { widthOf, wrap } from "../reports/wrap.ts";
import type { WatchGauges } from "../watch/event-sink.ts";
import { countText, elapsedText, plural } from "../words/counts.ts";

/** What the screen is drawn on. */
export type Terminal = Pick<WriteStream, "write"> & {
  readonly columns?: number;
  on?(event: "resize", listener: () => void): unknown;
  off?(event: "resize", listener: () => void): unknown;
};

const CLEAR_LINE = "\r\x1b[K";
const CLEAR_BELOW = "\r\x1b[J";
const DEFAULT_COLUMNS = 80;
/** On fewer nothing is broken at words any more. */
const LEAST_COLUMNS = 40;

/** Events that scroll by, above one line that says how the watch stands and is redrawn in its place. */
export class WatchScreen {
  private readonly terminal: Terminal;
  private readonly status: () => readonly string[];
  private drawn = "";
  private readonly resized = () => this.redrawAfterResize();

  /** @param status the parts of the line, most important first; what finds no room is left out */
  constructor(terminal: Terminal, status: () => readonly string[]) {
    this.terminal = terminal;
    this.status = status;
    terminal.on?.("resize", this.resized);
    this.draw();
  }

  /**
   * Writes lines above the status line.
   *
   * @param lead stands before the first row; what finds no room there goes on below the text
   */
  say(text: string, lead = ""): void {
    this.drawn = this.line();
    const indent = widthOf(lead);
    const width = Math.max(LEAST_COLUMNS, this.columns - 1) - indent;
    const rows = text
      .replace(/\n$/, "")
      .split("\n")
      .flatMap((line) => wrap(line, width));
    const below = `\n${" ".repeat(indent)}`;
    this.terminal.write(`${CLEAR_LINE}${lead}${rows.join(below)}\n${this.drawn}`);
  }

  draw(): void {
    const line = this.line();
    if (line === this.drawn) return;
    this.drawn = line;
    this.terminal.write(`${CLEAR_LINE}${line}`);
  }

  /** Wipes the status line; what is written from here on stands in its place. */
  close(): void {
    this.terminal.off?.("resize", this.resized);
    this.terminal.write(CLEAR_LINE);
  }

  private get columns(): number {
    return this.terminal.columns ?? DEFAULT_COLUMNS;
  }

  private line(): string {
    // The last column stays free: a terminal that has filled it may already be on the next row.
    const room = this.columns - 1;
    let line = "";
    for (const part of this.status()) {
      const longer = line === "" ? part.slice(0, Math.max(0, room)) : `${line} · ${part}`;
      if (longer.length <= room) line = longer;
    }
    return line;
  }

  /** A terminal that became narrower has broken the line into several rows, all of which have to go. */
  private redrawAfterResize(): void {
    const rowsAbove = Math.max(0, Math.ceil(this.drawn.length / Math.max(1, this.columns)) - 1);
    this.drawn = this.line();
    this.terminal.write(`${rowsAbove > 0 ? `\x1b[${rowsAbove}A` : ""}${CLEAR_BELOW}${this.drawn}`);
  }
}

/** The parts of the status line, most important first. */
export function statusParts(gauges: WatchGauges): string[] {
  const { lagSeconds, droppedFrames } = gauges;
  const dropped =
    (droppedFrames ?? 0) + Object.values(gauges.sinkDropped).reduce((sum, count) => sum + count, 0);
  return [
    openText(gauges),
    `${plural(Math.round(gauges.framesPerSecond), "frame")}/s`,
    ...(dropped === 0 ? [] : [`${countText(dropped)} dropped`]),
    plural(gauges.hosts, "host"),
    plural(gauges.bindings, "binding"),
    ...(lagSeconds === null ? [] : [`lag ${lagText(lagSeconds)}`]),
    `${plural(gauges.frames, "frame")} in all`,
  ];
}

function lagText(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : elapsedText(Math.round(seconds * 1e9));
}

function openText({ open }: WatchGauges): string {
  const counts = (["critical", "warning", "notice"] as const).flatMap((severity) => {
    const count = open
      .filter((gauge) => gauge.severity === severity)
      .reduce((sum, gauge) => sum + gauge.count, 0);
    return count === 0 ? [] : [severityCount(count, severity)];
  });
  return counts.length === 0 ? "nothing open" : `open: ${counts.join(", ")}`;
}
