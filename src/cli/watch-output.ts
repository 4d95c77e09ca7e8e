import { openSync } from "node:fs";
import type { OutputFile } from "../files/output-file.ts";
import { cannotWrite, codeReason } from "../files/system-error.ts";
import { isFindingEvent, type WatchEvent } from "../reports/event.ts";
import { type Format, render } from "../reports/formats.ts";
import { jsonText } from "../reports/json.ts";
import type { Report } from "../reports/report.ts";
import { type Style, styleFor } from "../reports/style.ts";
import type { WatchGauges } from "../watch/event-sink.ts";
import { sentenceFor } from "../watch/sentences.ts";
import { countText, plural } from "../words/counts.ts";
import { printable } from "../words/letters.ts";
import { wantsColor } from "./color.ts";
import type { CommandContext } from "./context.ts";
import { LineWriter } from "./line-writer.ts";
import { statusParts, WatchScreen } from "./watch-screen.ts";

export interface OutputFlags {
  readonly format: Format;
  readonly output?: string;
  readonly color: boolean;
}

const REDRAW_MS = 500;
const MOST_GRAVITIES = 4_096;
/** `2026-11-23T` before and `456789Z` after what a person wants to see while it happens. */
const TIME_OF_DAY = [11, 23] as const;

/**
 * Where a watch says what happens: on a terminal sentences above a status line, else a line for each event, in a file or
 * a pipe; and the report at the end.
 */
export class WatchOutput {
  private readonly flags: OutputFlags;
  private readonly report: OutputFile | null;
  private readonly context: CommandContext;
  private readonly style: Style;
  private readonly writer: LineWriter | null;
  private readonly screen: WatchScreen | null;
  private readonly redraw: NodeJS.Timeout | null;
  private isGone = false;
  /** By `id`: how grave it was when it was told last. */
  private readonly gravities = new Map<string, string>();

  /**
   * @param onGone called when nobody reads any more
   * @param report where the report goes as JSON, whatever else is written
   * @throws LvsPcapError `unwritable-file` where the file of `--output` cannot be opened
   */
  static async open(
    flags: OutputFlags,
    report: OutputFile | null,
    context: CommandContext,
    gauges: () => WatchGauges | null,
    onGone: () => void,
  ): Promise<WatchOutput> {
    return new WatchOutput(flags, report, context, gauges, onGone);
  }

  private constructor(
    flags: OutputFlags,
    report: OutputFile | null,
    context: CommandContext,
    gauges: () => WatchGauges | null,
    onGone: () => void,
  ) {
    this.flags = flags;
    this.report = report;
    this.context = context;
    const onScreen =
      context.stdout.isTTY === true && (flags.format !== "ndjson" || flags.output !== undefined);
    this.style = styleFor(onScreen && wantsColor(flags, context));
    this.writer = this.openWriter(() => {
      this.isGone = true;
      onGone();
    });
    const status = () => {
      const now = gauges();
      return now === null || now.frames === 0 ? ["waiting for the first frame"] : statusParts(now);
    };
    this.screen = onScreen ? new WatchScreen(context.stdout, status) : null;
    this.redraw = onScreen ? setInterval(() => this.screen?.draw(), REDRAW_MS) : null;
  }

  tell(event: WatchEvent): void {
    const { format, output } = this.flags;
    if (format !== "ndjson" && isFindingEvent(event) && event.suppressedBy !== null) return;
    const isGraver = this.noteGravity(event);
    const sentence = () => printable(sentenceFor(event, styleFor(false), isGraver));
    if (this.screen !== null) {
      const time = event.at.slice(...TIME_OF_DAY);
      const sentence = sentenceFor(event, this.style, isGraver);
      this.screen.say(sentence, `${this.style.dim(time)} `);
    }
    if (format === "ndjson") this.write(`${jsonText(event)}\n`);
    else if (format !== "table") this.sayBeside(`${event.at} ${sentence()}`);
    else if (this.screen === null || output !== undefined) this.write(`${event.at} ${sentence()}\n`);
  }

  /** Something about the watch itself. */
  note(line: string): void {
    if (this.screen !== null) this.screen.say(line);
    else this.context.stderr.write(`${line}\n`);
  }

  reopen(): void {
    this.writer?.reopen();
  }

  /** Whether an event or the report could not be written; it was reported. */
  get hasFailed(): boolean {
    return this.writer?.hasFailed === true;
  }

  /** @throws LvsPcapError as `OutputFile.write` */
  async finish(report: Report): Promise<void> {
    this.stopDrawing();
    const { format, output } = this.flags;
    await this.report?.write(`${jsonText(report)}\n`);
    if (this.isGone) return;
    if (format === "ndjson") {
      this.context.stderr.write(`lvs-pcap: ${lastWords(report)}\n`);
    } else {
      const color = output === undefined && this.screen !== null && wantsColor(this.flags, this.context);
      this.write(await render(format, report, { color, args: this.context.args ?? [] }));
    }
    await this.writer?.flushed();
    const { dropped = 0 } = this.writer ?? {};
    if (dropped > 0) this.context.stderr.write(`lvs-pcap: ${plural(dropped, "line")} could not be written\n`);
  }

  async close(): Promise<void> {
    this.stopDrawing();
    await this.writer?.flushed();
  }

  /** @returns whether the finding has come further than when it was told last */
  private noteGravity(event: WatchEvent): boolean {
    if (!isFindingEvent(event)) return false;
    const { id, severity, stage } = event;
    const gravity = `${severity} ${stage}`;
    const isGraver = this.gravities.get(id) !== gravity;
    if (this.gravities.size >= MOST_GRAVITIES) this.gravities.clear();
    this.gravities.set(id, gravity);
    return isGraver;
  }

  private stopDrawing(): void {
    if (this.redraw !== null) clearInterval(this.redraw);
    this.screen?.close();
  }

  private write(text: string): void {
    if (this.writer !== null) this.writer.write(text);
    else this.context.stdout.write(text);
  }

  /** Where standard output is the report's alone. */
  private sayBeside(line: string): void {
    if (this.screen === null) this.context.stderr.write(`${line}\n`);
  }

  private openWriter(onGone: () => void): LineWriter | null {
    const { output } = this.flags;
    const name = output ?? "standard output";
    const onTrouble = (code: string) =>
      this.note(`lvs-pcap: ${printable(name)}: cannot be written: ${codeReason(code)}; the watch goes on`);
    if (output !== undefined) {
      return new LineWriter({ fd: openForAppending(output), path: output }, { onGone, onTrouble });
    }
    const { stdout, stdoutFd } = this.context;
    if (stdout.isTTY === true || stdoutFd === undefined) return null;
    return new LineWriter({ fd: stdoutFd }, { onGone, onTrouble });
  }
}

function openForAppending(path: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function lastWords({ captures, findings, verdict }: Report): string {
  const frames = captures.reduce((sum, capture) => sum + capture.frames, 0);
  const dropped = captures.reduce((sum, capture) => sum + (capture.dropped ?? 0), 0);
  const lost = dropped === 0 ? "" : `, ${countText(dropped)} lost before they could be captured`;
  const suppressed = findings.filter(({ suppressedBy }) => suppressedBy !== null).length;
  const known = suppressed === 0 ? "" : `, ${countText(suppressed)} suppressed by a known exception`;
  return `${plural(frames, "frame")}${lost}, ${plural(findings.length - suppressed, "finding")}${known}: ${verdict}`;
}
