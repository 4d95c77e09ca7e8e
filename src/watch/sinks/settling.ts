import { SEVERITIES, type Severity } from "../../kinds/severity.ts";
import { MOST_SETTLING_FINDINGS } from "../../limits.ts";
import { type FindingEvent, isFindingEvent, type WatchEvent } from "../../reports/event.ts";
import type { EventSink } from "../event-sink.ts";

export interface SettlingSetting {
  /** Milder findings are not passed on, nor are benign events; null where all are. */
  readonly minSeverity: Severity | null;
  /** For so long a finding that opens is held, so that it is passed on once, with what is known by then. */
  readonly settleMs: number;
}

interface Held {
  readonly event: FindingEvent;
  /** It is over by now. */
  readonly end: FindingEvent | null;
  readonly timer: NodeJS.Timeout;
}

/**
 * Calls somebody for what is worth a call: for a finding once it is known how bad it is, and once it is bad enough.
 *
 * A finding that gets worse opens when it reaches the severity asked for. One that was passed on is followed to its end, even
 * if it becomes milder. What is withdrawn while it is held is not passed on at all.
 */
export class SettlingSink implements EventSink {
  readonly name: string;
  private readonly sink: EventSink;
  private readonly setting: SettlingSetting;
  private readonly held = new Map<string, Held>();
  /** By `id` of a finding that is open: whether it was passed on. */
  private readonly isPassed = new Map<string, boolean>();

  constructor(sink: EventSink, setting: SettlingSetting) {
    this.name = sink.name;
    this.sink = sink;
    this.setting = setting;
  }

  get dropped(): number {
    return this.sink.dropped;
  }

  deliver(event: WatchEvent): void {
    if (!isFindingEvent(event)) {
      if (this.setting.minSeverity === null) this.sink.deliver(event);
      return;
    }
    const held = this.held.get(event.id);
    if (held === undefined) {
      if (event.event === "opened" && this.setting.settleMs > 0) this.hold(event);
      else this.pass(event);
    } else if (event.event !== "restored") {
      this.held.set(event.id, { ...held, event: { ...event, event: "opened" }, end: null });
    } else if (event.ending === "withdrawn") {
      this.letGo(event.id);
    } else {
      this.held.set(event.id, { ...held, end: event });
    }
  }

  close(): Promise<void> {
    for (const id of [...this.held.keys()]) this.settle(id);
    return this.sink.close();
  }

  private hold(event: FindingEvent): void {
    const [oldest] = this.held.keys();
    if (oldest !== undefined && this.held.size >= MOST_SETTLING_FINDINGS) this.settle(oldest);
    const timer = setTimeout(() => this.settle(event.id), this.setting.settleMs);
    this.held.set(event.id, { event, end: null, timer });
  }

  private settle(id: string): void {
    const held = this.letGo(id);
    if (held === undefined) return;
    this.pass(held.event);
    if (held.end !== null) this.pass(held.end);
  }

  private letGo(id: string): Held | undefined {
    const held = this.held.get(id);
    clearTimeout(held?.timer);
    this.held.delete(id);
    return held;
  }

  private pass(event: FindingEvent): void {
    const { id } = event;
    const wasPassed = this.isPassed.get(id);
    const isBad = this.isBad(event);
    if (event.event === "restored") {
      this.isPassed.delete(id);
      // Of a finding that a former run has opened only its severity tells whether it was passed on.
      if (wasPassed ?? isBad) this.sink.deliver(event);
      return;
    }
    this.isPassed.set(id, wasPassed === true || isBad);
    this.forgetOldest();
    if (wasPassed === true) this.sink.deliver(event);
    else if (isBad) this.sink.deliver(wasPassed === false ? { ...event, event: "opened" } : event);
  }

  private isBad({ severity }: FindingEvent): boolean {
    const { minSeverity } = this.setting;
    return minSeverity === null || SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(minSeverity);
  }

  private forgetOldest(): void {
    const [oldest] = this.isPassed.keys();
    if (oldest !== undefined && this.isPassed.size > MOST_SETTLING_FINDINGS) this.isPassed.delete(oldest);
  }
}
