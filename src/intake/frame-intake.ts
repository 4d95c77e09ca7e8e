import type { CaptureInterface, CaptureSink } from "../capture/capture-sink.ts";
import { isCooked, LINKTYPE_ETHERNET, linkTypeName } from "../capture/link-type.ts";
import type { RecordForm } from "../capture/pcap-records.ts";
import { Air, type Anomaly, FrameFacts, FrameKind, LinkAddresses } from "../decode/facts.ts";
import { beginFrame } from "../decode/link-addresses.ts";
import { type LinkDecoder, linkDecoder } from "../decode/link-layer.ts";
import { NOT_ANALYSED_KINDS, NotAnalysed } from "../decode/not-analysed.ts";
import type { Position } from "../neighbours/base/position.ts";
import { DuplicateFrames, sourceOf } from "../neighbours/duplicates/duplicate-frames.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import { FastLane } from "./fast-lane.ts";
import { HeldFrames } from "./held-frames.ts";

/** Of a capture that was put together from several: a kernel repeats a request after a second, and not before. */
const LONGEST_SKEW_NS = 950_000_000;
/** Where one interface is all there is. */
const ONLY = -1;

/** Takes the frames of one capture: each is decoded into one reused record, counted, and shown to the network's state. */
export class FrameIntake implements CaptureSink {
  private readonly state: NetworkState;
  private readonly facts = new FrameFacts();
  private readonly malformed = new Map<Anomaly, number>();
  /** Frames that hold something no decoder looks into, by `NotAnalysed`. */
  private readonly passedBy = new Float64Array(NOT_ANALYSED_KINDS);
  /** By link type. */
  private readonly fastLanes = new Map<number, FastLane>();
  /** Null where every frame has to be decoded. */
  private fastLane: FastLane | null = null;
  private decode: LinkDecoder | undefined;
  /** Frames that did not take the fast lane. */
  private looked = 0;
  /** Those met so far, in order. */
  private readonly linkTypes = new Set<number>();
  private linkType = 0;
  /** The link type of the newest frame that did not have to wait. */
  private taken = 0;
  /** By link type: frames that could not be looked into. */
  private readonly unread = new Map<number, number>();
  private firstFrame: Position | null = null;
  private readonly allDuplicates: DuplicateFrames | null;
  /** Null while no other capture is open. */
  private duplicates: DuplicateFrames | null = null;
  private interfaceDuplicates: DuplicateFrames | null = null;
  /** Of the newest frame's interface, which network it is taken for. */
  private network = ONLY;
  private source: number;
  private readonly domain: number;
  /** Where frames may wait until it is known which interfaces are on one network. */
  private readonly held: HeldFrames | null;
  /** Frames that may have to wait are decoded when they come, and again at their turn. */
  private readonly coming = new FrameFacts();
  /** Numbers that no frame bears: a filtered dissection keeps those of the whole capture. */
  private skipped = 0;

  /**
   * @param duplicates where captures of one network may overlap: a frame that is in several of them counts once
   * @param domain the upper bits of its frames' `FrameFacts.segment`: not 0 for a capture of a further network
   * @param mayWait whether nobody needs a frame's outcome before `finish`
   */
  constructor(
    state: NetworkState,
    capture: number,
    duplicates: DuplicateFrames | null = null,
    mayWait = false,
    domain = 0,
  ) {
    this.domain = domain;
    this.state = state;
    this.source = capture;
    this.held = mayWait ? new HeldFrames() : null;
    this.allDuplicates = duplicates;
    this.facts.capture = capture;
    state.timeline.follow(this.facts);
    state.vantage.expect(capture, () => this.frames - this.looked);
  }

  /** The frames that follow are of this capture: several are read together, a few frames of each at a time. */
  resume(): void {
    this.state.timeline.follow(this.facts);
  }

  /** Other captures are open besides this one, or are not any more. */
  overlap(isShared: boolean): void {
    this.duplicates = isShared ? this.allDuplicates : null;
  }

  link(linkType: number): void {
    this.linkType = linkType;
    if (this.held === null || this.held.isEmpty) this.turnTo(linkType);
  }

  /** The capture was taken on several interfaces, and the frames that follow on this one. */
  interface(captured: CaptureInterface): void {
    const { facts, state } = this;
    // A name such as eth0 is on every machine.
    const network = this.domain === 0 ? captured.network : `${this.domain} ${captured.network}`;
    this.network = state.captureInterfaces.enter({ ...captured, network });
    this.source = sourceOf(facts.capture, captured.index);
    this.interfaceDuplicates ??= this.allDuplicates ?? new DuplicateFrames(LONGEST_SKEW_NS);
  }

  /** Whether frames wait until it is known which interfaces are on one network. */
  get isHolding(): boolean {
    return this.held !== null && !this.held.isEmpty;
  }

  /** Lets no frame wait any longer; to be called when no frame follows. */
  finish(): void {
    if (this.held === null || this.held.isEmpty) return;
    this.state.captureInterfaces.decide();
    this.releaseHeld(this.held);
  }

  private turnTo(linkType: number): void {
    this.taken = linkType;
    this.decode = linkDecoder(linkType);
    this.fastLane = this.fastLaneOf(linkType);
    this.linkTypes.add(linkType);
    beginFrame(this.facts, LinkAddresses.Both);
    if (isCooked(linkType)) this.state.vantage.noteCooked(this.facts.capture);
  }

  private fastLaneOf(linkType: number): FastLane | null {
    if (linkType !== LINKTYPE_ETHERNET && !isCooked(linkType)) return null;
    const lane =
      this.fastLanes.get(linkType) ?? new FastLane(this.state, linkType, this.passedBy, this.domain);
    this.fastLanes.set(linkType, lane);
    return lane;
  }

  skipTo(number: number): void {
    this.skipped += number - this.facts.number - 1;
    this.facts.number = number - 1;
  }

  frame(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    if (this.network === ONLY) {
      this.take(view, start, capturedBytes, originalBytes, seconds, nanoseconds, ONLY, this.source, false);
      return;
    }
    const { held, network, source, linkType } = this;
    const { captureInterfaces } = this.state;
    if (!captureInterfaces.isUndecided && (held === null || held.isEmpty)) {
      this.take(view, start, capturedBytes, originalBytes, seconds, nanoseconds, network, source, true);
      return;
    }
    this.learn(view, start, capturedBytes, seconds, nanoseconds);
    if (captureInterfaces.isUndecided) {
      if (held !== null && !held.isFull) {
        const frame = { originalBytes, seconds, nanoseconds, linkType, network, source };
        held.hold(view, start, capturedBytes, frame);
        return;
      }
      captureInterfaces.decide();
    }
    if (held !== null && !held.isEmpty) this.releaseHeld(held);
    this.take(view, start, capturedBytes, originalBytes, seconds, nanoseconds, network, source, false);
  }

  /** What comes to its turn later is decoded now, to learn which interfaces are on one network. */
  private learn(view: DataView, start: number, capturedBytes: number, seconds: number, nanoseconds: number) {
    const { coming } = this;
    const decode = linkDecoder(this.linkType);
    if (decode === undefined) return;
    beginFrame(coming, LinkAddresses.Both);
    coming.seconds = seconds;
    coming.nanoseconds = nanoseconds;
    decode(view, start, start + capturedBytes, coming);
    this.state.captureInterfaces.learn(coming, this.network);
  }

  private releaseHeld(held: HeldFrames): void {
    for (const { view, originalBytes, seconds, nanoseconds, linkType, network, source } of held.release()) {
      if (linkType !== this.taken) this.turnTo(linkType);
      this.take(view, 0, view.byteLength, originalBytes, seconds, nanoseconds, network, source, false);
    }
    if (this.linkType !== this.taken) this.turnTo(this.linkType);
  }

  /** @param isNews whether it has not told yet which interfaces are on one network */
  private take(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
    network: number,
    source: number,
    isNews: boolean,
  ): void {
    const { facts, state } = this;
    facts.number++;
    facts.seconds = seconds;
    facts.nanoseconds = nanoseconds;
    facts.originalBytes = originalBytes;
    this.looked++;
    state.timeline.begin(facts.seconds);
    this.firstFrame ??= state.timeline.here(facts);
    if (this.decode === undefined) {
      this.unread.set(this.taken, (this.unread.get(this.taken) ?? 0) + 1);
      return;
    }
    facts.notAnalysed = NotAnalysed.Nothing;
    this.decode(view, start, start + capturedBytes, facts);
    const passedBy = facts.air === Air.Encrypted ? NotAnalysed.EncryptedAir : facts.notAnalysed;
    if (passedBy !== NotAnalysed.Nothing) this.passedBy[passedBy] = (this.passedBy[passedBy] ?? 0) + 1;
    if (network === ONLY) facts.segment |= this.domain;
    else {
      if (isNews) state.captureInterfaces.learn(facts, network);
      state.captureInterfaces.place(facts, network);
    }
    const duplicates = network === ONLY ? this.duplicates : this.interfaceDuplicates;
    if (facts.kind === FrameKind.Malformed) {
      this.malformed.set(facts.anomaly, (this.malformed.get(facts.anomaly) ?? 0) + 1);
    } else if (duplicates?.isDuplicate(facts, state.timeline.nowNs, source) === true) {
      state.vantage.observe(facts);
    } else if (state.observe(facts)) {
      this.fastLane?.learn(view, start, facts);
    }
    if (capturedBytes < originalBytes) state.vantage.noteCut(facts, capturedBytes);
  }

  skipOrdinary(view: DataView, header: RecordForm, start: number, end: number): number {
    const { fastLane, network } = this;
    return fastLane !== null && network === ONLY ? fastLane.run(view, header, start, end, this.facts) : start;
  }

  get frames(): number {
    return this.facts.number - this.skipped;
  }

  get first(): Position | null {
    return this.firstFrame;
  }

  get last(): Position | null {
    return this.firstFrame === null ? null : this.state.timeline.here(this.facts);
  }

  get anomalies(): ReadonlyMap<Anomaly, number> {
    return this.malformed;
  }

  /** How many frames hold something that no decoder looks into, by what it is. */
  get notAnalysed(): ReadonlyMap<NotAnalysed, number> {
    const kinds = Object.values(NotAnalysed).map((kind) => [kind, this.passedBy[kind] ?? 0] as const);
    return new Map(kinds.filter(([, frames]) => frames > 0));
  }

  /** How many frames are of a link type that is not understood, by its name. */
  get unreadLinkTypes(): ReadonlyMap<string, number> {
    return new Map([...this.unread].map(([linkType, frames]) => [linkTypeName(linkType), frames]));
  }

  /** Names of the link types met, as tcpdump.org's list has them. */
  get linkTypeNames(): string[] {
    return [...this.linkTypes].map(linkTypeName);
  }

  /** Which link types' frames could not be looked into, and how many there were; null where all could be. */
  get notUnderstood(): string | null {
    const unknown = [...this.linkTypes].filter((linkType) => linkDecoder(linkType) === undefined);
    if (unknown.length === 0) return null;
    const names = unknown.map(linkTypeName).join(", ");
    const frames = unknown.reduce((sum, linkType) => sum + (this.unread.get(linkType) ?? 0), 0);
    const what = unknown.length === 1 ? `link type ${names} is` : `link types ${names} are`;
    return `${what} not understood: ${frames} of ${this.frames} frames were counted and no more`;
  }
}
