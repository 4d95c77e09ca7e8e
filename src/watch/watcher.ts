import type { CaptureInterface, CaptureSink } from "../capture/capture-sink.ts";
import type { Benign } from "../findings/benign.ts";
import type { Finding } from "../findings/finding.ts";
import type { FrameIntake } from "../intake/frame-intake.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import { reportFinding } from "../reports/build-report.ts";
import type { WatchEvent } from "../reports/event.ts";
import { BenignNews } from "./benign-news.ts";
import { type CaptureMoment, captureMoment } from "./capture-time.ts";
import { type Clock, type ClockStep, Pace } from "./clock.ts";
import { addressOf, turnOf } from "./known-finding.ts";
import { Ledger, type Look } from "./ledger.ts";
import { type Beforehand, LiveJudge } from "./live-judge.ts";
import type { StreamListener } from "./live-source.ts";
import type { WatchMemory } from "./memory-port.ts";
import { isForgotten, isHealed } from "./recalled-victims.ts";
import { Tally } from "./tally.ts";

/** Of the time, as one to so many, that looking at everything may take. */
const FULL_LOOK_REST = 9;
/** The same where an address that has news needs it. */
const NEEDED_LOOK_REST = 1;
/** What explains the innocent is looked for less often: nobody has to get up for it. */
const EXPLAIN_REST = 19;
const EXPLAIN_EVERY_MS = 200;
/** For so long, of one chunk of live frames, each change of hands is looked at before the next frame may undo it. */
const URGENT_BUDGET_MS = 8;
/** A recording can wait: there it is each change, as long as that is not one of a flood, which would take hours. */
const UNHURRIED_LOOKS = 1 << 12;
const FRAMES_PER_LOOK = 16;
const HEARTBEAT_MS = 100;
/** So long frames of several interfaces wait to show which of them are on one network. */
const INTERFACES_SETTLE_MS = 1_000;
/** Timers of neighbour caches count in seconds. */
const TIMERS_EVERY_MS = 1_000;
const KEEP_EVERY_MS = 200;
/** So many addresses given up at once were a flood's, and took megabytes. */
const MUCH = 512;
/** How often it gives up what only a long watch has too much of. */
const FORGET_EVERY_MS = 60_000;
/** Frames of a busy segment come out of order by less. */
const SUDDEN_SECONDS = 4;

export interface WatcherSettings {
  readonly clock: Clock;
  readonly memory: WatchMemory | null;
  /** Gets every event, in order, once it is kept. */
  readonly tell: (event: WatchEvent) => void;
  /** Much was given up, and the process could be as small again as it was. */
  readonly releaseMemory: () => void;
  /** The clock of whoever captures was set. */
  readonly clockStepped: (step: ClockStep) => void;
}

/**
 * Follows a stream of frames, looks at what changed as soon as it did, and tells what is worth telling.
 *
 * A look never waits for the next frame: it comes after each piece of the stream, as soon as that is decoded; where an
 * address changes hands, after the very frame. Where looking at everything would take too long it looks at the addresses
 * that have news, and at everything a little later.
 */
export class Watcher implements CaptureSink, StreamListener {
  readonly ledger: Ledger;
  readonly judge: LiveJudge;
  readonly tally: Tally;
  private readonly state: NetworkState;
  private readonly intake: FrameIntake;
  private readonly clock: Clock;
  private readonly settings: WatcherSettings;
  private readonly pace = new Pace();
  private readonly benignNews = new BenignNews();
  private readonly outbox: WatchEvent[] = [];
  private reportedFindings = false;
  private seconds = -1;
  private nanoseconds = 0;
  private arrivedMs: number;
  private readonly startedMs: number;
  private urgentUntilMs = 0;
  private urgentLooks = 0;
  /** When looking at everything may be done again; as a matter of course, and where it is needed. */
  private fullFromMs = 0;
  private neededFromMs = 0;
  private explainFromMs = 0;
  private timersAtMs = 0;
  private keptAtMs = 0;
  private forgotAtMs: number;
  private reviewedFrames = 0;
  private observedThen = 0;
  private deferred: NodeJS.Timeout | null = null;
  private readonly heartbeat: NodeJS.Timeout;

  constructor(state: NetworkState, intake: FrameIntake, beforehand: Beforehand, settings: WatcherSettings) {
    this.state = state;
    this.intake = intake;
    this.clock = settings.clock;
    this.settings = settings;
    this.ledger = new Ledger((event) => {
      this.outbox.push(event);
      this.reportedFindings = true;
    });
    this.judge = new LiveJudge(state, beforehand, () => this.clock.monotonicMs());
    this.tally = new Tally(this.clock);
    this.arrivedMs = this.clock.monotonicMs();
    this.startedMs = this.arrivedMs;
    this.forgotAtMs = this.arrivedMs;
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
  }

  link(linkType: number): void {
    this.intake.link(linkType);
  }

  interface(captured: CaptureInterface): void {
    this.intake.interface(captured);
  }

  skipTo(number: number): void {
    this.intake.skipTo(number);
  }

  frame(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    if (seconds !== this.seconds) this.passSecond(seconds, nanoseconds);
    this.nanoseconds = nanoseconds;
    this.intake.frame(view, start, capturedBytes, originalBytes, seconds, nanoseconds);
    if (this.state.changes.urgent) this.lookAtOnce();
  }

  /** Bytes came, and are about to be decoded. */
  arrived(bytes: number): void {
    this.arrivedMs = this.clock.monotonicMs();
    this.urgentUntilMs = this.arrivedMs + URGENT_BUDGET_MS;
    this.tally.bytes += bytes;
  }

  /** All that came was decoded. */
  decoded(): void {
    if (this.seconds < 0) return;
    const nowMs = this.clock.monotonicMs();
    const frameMs = this.seconds * 1000 + this.nanoseconds / 1e6;
    this.noteStep(this.pace.note(frameMs, this.arrivedMs));
    this.look(!this.pace.isLive);
    this.tally.noteChunk(this.intake.frames, this.pace.isLive ? frameMs : null, this.arrivedMs);
    if (nowMs - this.keptAtMs >= KEEP_EVERY_MS) this.keep();
  }

  change(beforehand: Beforehand): void {
    this.judge.change(beforehand);
    this.lookAtAll();
  }

  /** No more frames come: what was held back is told, too. */
  finish(): { findings: readonly Finding[]; benign: readonly Benign[]; ids: readonly string[] } {
    this.close();
    this.intake.finish();
    this.state.finish();
    this.judge.judgeAll(true);
    const { findings } = this.judge;
    const moment = this.moment();
    this.ledger.note({ ...this.lookOf(findings, true, moment), isLast: true });
    const ids = findings.map((finding) => this.ledger.idOf(finding));
    const benign = this.judge.explain(findings, ids);
    this.tellBenign(benign, { ...moment, nowNs: Number.POSITIVE_INFINITY });
    this.keep();
    this.flush();
    return { findings, benign, ids };
  }

  /** No timer of it fires any more. */
  close(): void {
    clearInterval(this.heartbeat);
    if (this.deferred !== null) clearTimeout(this.deferred);
  }

  /** The next frame may undo it; as long as there is time for that it is looked at as it is. */
  private lookAtOnce(): void {
    const isInTime = this.pace.isLive
      ? this.clock.monotonicMs() < this.urgentUntilMs
      : this.urgentLooks < UNHURRIED_LOOKS + this.intake.frames / FRAMES_PER_LOOK;
    if (!isInTime) {
      this.state.changes.urgent = false;
      return;
    }
    this.urgentLooks++;
    this.look(!this.pace.isLive);
  }

  /** @param isUnhurried whether to look at what there is no time for, too */
  private look(isUnhurried = false): void {
    const { changes, trafficObserver } = this.state;
    if (!changes.anything && trafficObserver.observed === this.observedThen) return;
    const nowMs = this.clock.monotonicMs();
    const hasTime = nowMs >= this.fullFromMs;
    // What is live is told first by what is known of the roles, and then looked at by what may have changed of them.
    const isNeeded = hasTime && isUnhurried ? true : this.lookAtNews(isUnhurried);
    if (hasTime || (isNeeded && (isUnhurried || this.clock.monotonicMs() >= this.neededFromMs)))
      this.lookAtAll();
    else this.defer(isNeeded ? this.neededFromMs : this.fullFromMs);
  }

  /** @returns whether an address shows something that only a look at everything can judge */
  private lookAtNews(isUnhurried: boolean): boolean {
    const { changes } = this.state;
    const looked: Finding[] = [];
    const waiting = [];
    let isNeeded = changes.overflown;
    for (const binding of changes.bindings) {
      const found = this.judge.judgeAddress(binding, isUnhurried);
      if (found === null) {
        waiting.push(binding);
        continue;
      }
      const isExpected = this.ledger.expects(addressOf(binding), found);
      if (!isExpected) isNeeded = true;
      if (isExpected || found.every(({ claimant }) => this.judge.knows(claimant))) looked.push(...found);
    }
    changes.forgetBindings();
    for (const binding of waiting) changes.note(binding);
    this.ledger.note(this.lookOf(looked, false, this.moment()));
    this.flush();
    return isNeeded;
  }

  private lookAtAll(): void {
    const { changes, trafficObserver } = this.state;
    changes.forgetBindings();
    changes.anything = false;
    this.observedThen = trafficObserver.observed;
    this.judge.judgeAll();
    const moment = this.moment();
    const { findings } = this.judge;
    this.ledger.note(this.lookOf(findings, true, moment));
    this.flush();
    const endMs = this.clock.monotonicMs();
    this.neededFromMs = endMs + this.judge.costMs * NEEDED_LOOK_REST;
    this.fullFromMs = endMs + this.judge.costMs * FULL_LOOK_REST;
    if (endMs >= this.explainFromMs) this.lookForInnocents(findings, moment);
  }

  private lookForInnocents(findings: readonly Finding[], moment: CaptureMoment): void {
    const startMs = this.clock.monotonicMs();
    const ids = findings.map((finding) => this.ledger.idOf(finding));
    this.tellBenign(this.judge.explain(findings, ids), moment);
    this.flush();
    const endMs = this.clock.monotonicMs();
    this.explainFromMs = endMs + Math.max(EXPLAIN_EVERY_MS, (endMs - startMs) * EXPLAIN_REST);
  }

  private tellBenign(benign: readonly Benign[], moment: CaptureMoment): void {
    const { assignment, wording } = this.judge;
    this.outbox.push(...this.benignNews.of(benign, moment, assignment, wording));
  }

  private lookOf(findings: readonly Finding[], isAll: boolean, moment: CaptureMoment): Look {
    const { assignment, wording } = this.judge;
    return {
      findings,
      isAll,
      isLast: false,
      ...moment,
      turnOf: (finding) => turnOf(this.state.bindings, finding),
      describe: (finding, id) => reportFinding(finding, id, assignment, wording),
      isForgotten: ({ last }) => isForgotten(this.state, last),
      isHealed: ({ last }) => isHealed(this.state, last),
    };
  }

  /** Something has to be looked at though no frame may come. */
  private defer(untilMs: number): void {
    if (this.deferred !== null) return;
    this.deferred = setTimeout(
      () => {
        this.deferred = null;
        this.look();
      },
      Math.max(1, untilMs - this.clock.monotonicMs()),
    );
  }

  private beat(): void {
    const nowMs = this.clock.monotonicMs();
    const isSilent = nowMs - this.arrivedMs >= HEARTBEAT_MS;
    if (isSilent) this.tally.noteSilence(this.intake.frames);
    if (this.intake.isHolding && nowMs - this.startedMs >= INTERFACES_SETTLE_MS) this.intake.finish();
    if (nowMs - this.timersAtMs < TIMERS_EVERY_MS || this.seconds < 0) return;
    this.timersAtMs = nowMs;
    const { changes } = this.state;
    if (isSilent || this.pace.isLive) {
      this.state.passTime(this.moment().nowNs);
      if (changes.newClaims) this.state.reviewTraffic();
    }
    if (nowMs - this.forgotAtMs >= FORGET_EVERY_MS) {
      this.forgotAtMs = nowMs;
      const gone = this.state.forgetSteps((binding) => this.ledger.isOpenAt(addressOf(binding)));
      if (gone > MUCH) this.settings.releaseMemory();
    }
    // What ends by silence, or was held back, shows only to who looks again.
    const isOld =
      this.intake.frames !== this.reviewedFrames || this.ledger.hasOpen || this.benignNews.isHolding;
    this.reviewedFrames = this.intake.frames;
    if (isOld && nowMs >= this.fullFromMs) this.lookAtAll();
    else this.look();
    this.keep();
  }

  private moment(): CaptureMoment {
    const silenceMs = this.clock.monotonicMs() - this.arrivedMs;
    return captureMoment(this.state.timeline.newest, silenceMs < HEARTBEAT_MS ? 0 : silenceMs);
  }

  private passSecond(seconds: number, nanoseconds: number): void {
    const passed = seconds - this.seconds;
    if (this.seconds >= 0 && (passed > SUDDEN_SECONDS || passed < 0)) {
      this.noteStep(this.pace.note(seconds * 1000 + nanoseconds / 1e6, this.arrivedMs));
    }
    this.seconds = seconds;
  }

  private noteStep(step: ClockStep | null): void {
    if (step === null) return;
    this.state.timeline.step(Math.round((step.captureMs - step.elapsedMs) / 1000));
    this.settings.clockStepped(step);
  }

  private keep(): void {
    const { memory } = this.settings;
    this.keptAtMs = this.clock.monotonicMs();
    if (memory === null) return;
    memory.keep(
      this.state,
      this.judge.assignment,
      this.ledger.known(),
      this.ledger.ids,
      this.reportedFindings,
    );
    this.reportedFindings = false;
  }

  private flush(): void {
    if (this.outbox.length === 0) return;
    if (this.reportedFindings) this.keep();
    for (const event of this.outbox) {
      this.tally.events[event.event]++;
      this.settings.tell(event);
    }
    this.outbox.length = 0;
  }
}
