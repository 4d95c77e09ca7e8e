import { describe, expect, it } from "vitest";
import { statusParts, WatchScreen } from "../../src/cli/watch-screen.ts";
import type { WatchGauges } from "../../src/index.ts";

const GAUGES: WatchGauges = {
  open: [{ kind: "vip-reply", severity: "critical", ip: "192.168.1.2", isVip: true, count: 1 }],
  events: { opened: 1, updated: 0, restored: 0, benign: 0 },
  bindings: 9,
  hosts: 12,
  frames: 4_321,
  bytes: 1,
  framesPerSecond: 1_234.4,
  droppedFrames: null,
  lagSeconds: 0.002,
  workSeconds: 0,
  forgotten: 0,
  sinkDropped: {},
};

const ESCAPE = "\x1b";
/** Control sequences, line ends, and text. */
const PARTS = new RegExp(`${ESCAPE}\\[[0-9]*[A-Z]|[\\r\\n]|[^${ESCAPE}\\r\\n]+`, "g");

/** A terminal of so many columns, as far as this screen makes use of one. */
class Terminal {
  columns: number;
  readonly rows: string[] = [""];
  private row = 0;
  private resized: () => void = () => undefined;

  constructor(columns: number) {
    this.columns = columns;
  }

  on(_: "resize", listener: () => void): void {
    this.resized = listener;
  }

  write(text: string | Uint8Array): boolean {
    for (const [part] of String(text).matchAll(PARTS)) this.apply(part);
    return true;
  }

  /** Breaks what is too long, as terminals do. */
  resize(columns: number): void {
    this.columns = columns;
    const broken = this.rows.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "g")) ?? [""]);
    this.rows.splice(0, this.rows.length, ...broken);
    this.row = this.rows.length - 1;
    this.resized();
  }

  private apply(part: string): void {
    if (part.startsWith(ESCAPE) && part.endsWith("A")) this.row -= Number(part.slice(2, -1));
    else if (part === "\x1b[K") this.rows[this.row] = "";
    else if (part === "\x1b[J") this.rows.splice(this.row, this.rows.length, "");
    else if (part === "\n") this.rows[++this.row] ??= "";
    else if (part !== "\r") this.rows[this.row] = (this.rows[this.row] ?? "") + part;
  }
}

describe("the status line", () => {
  it("says what matters most first", () => {
    expect(statusParts(GAUGES).join(" · ")).toBe(
      "open: 1 critical · 1,234 frames/s · 12 hosts · 9 bindings · lag 2 ms · 4,321 frames in all",
    );
  });

  it("says that nothing is open, and that frames were lost", () => {
    const parts = statusParts({ ...GAUGES, open: [], droppedFrames: 7, sinkDropped: { syslog: 3 } });
    expect(parts.slice(0, 3)).toEqual(["nothing open", "1,234 frames/s", "10 dropped"]);
  });

  it("stays below what is said", () => {
    const terminal = new Terminal(80);
    const screen = new WatchScreen(terminal, () => ["quiet"]);
    screen.say("first");
    screen.say("second\n");
    expect(terminal.rows).toEqual(["first", "second", "quiet"]);
  });

  it("stays below sentences that are broken at words, under their beginning", () => {
    const terminal = new Terminal(60);
    const screen = new WatchScreen(terminal, () => ["quiet"]);
    screen.say("F1 critical vip-reply: a real server answers for the VIP", "12:00:00.000 ");
    expect(terminal.rows).toEqual([
      "12:00:00.000 F1 critical vip-reply: a real server answers",
      "             for the VIP",
      "quiet",
    ]);
  });

  it("is redrawn in its place", () => {
    const terminal = new Terminal(80);
    let status = "one";
    const screen = new WatchScreen(terminal, () => [status]);
    status = "two";
    screen.draw();
    expect(terminal.rows).toEqual(["two"]);
  });

  it("leaves out what finds no room, and never fills the last column", () => {
    const terminal = new Terminal(20);
    new WatchScreen(terminal, () => ["nothing open", "1,234 frames/s", "lag 2"]);
    expect(terminal.rows).toEqual(["nothing open"]);
    const tight = new Terminal(8);
    new WatchScreen(tight, () => ["nothing open"]);
    expect(tight.rows).toEqual(["nothing"]);
  });

  it("leaves no remains when the terminal becomes narrower", () => {
    const terminal = new Terminal(80);
    const screen = new WatchScreen(terminal, () => [
      "nothing open",
      "1,234 frames/s",
      "12 hosts",
      "9 bindings",
    ]);
    screen.say("an event");
    terminal.resize(30);
    expect(terminal.rows).toEqual(["an event", "nothing open · 1,234 frames/s"]);
  });

  it("is wiped at the end", () => {
    const terminal = new Terminal(80);
    new WatchScreen(terminal, () => ["quiet"]).close();
    expect(terminal.rows).toEqual([""]);
  });
});
