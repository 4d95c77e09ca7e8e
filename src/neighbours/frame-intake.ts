import { isCooked, LINKTYPE_ETHERNET, linkTypeName } from "../capture/link-type.ts";
import type { RecordForm } from "../capture/pcap-records.ts";
import type { CaptureSink } from "../capture/read-capture.ts";
import { type Anomaly, FrameFacts, FrameKind, LinkAddresses } from "../decode/facts.ts";
import { beginFrame } from "../decode/link-addresses.ts";
import { type LinkDecoder, linkDecoder } from "../decode/link-layer.ts";
import { FastLane } from "./fast-lane.ts";
import type { NetworkState } from "./network-state.ts";
import type { Position } from "./position.ts";
import type { TwinFrames } from "./twin-frames.ts";

/** Takes the frames of one capture: each is decoded into one reused record, counted, and shown to the network's state. */
export class FrameIntake implements CaptureSink {
  private readonly state: NetworkState;
  private readonly facts = new FrameFacts();
  private readonly malformed = new Map<Anomaly, number>();
  private readonly fastLane: FastLane;
  private decode: LinkDecoder | undefined;
  private isEthernet = false;
  /** Frames that did not take the fast lane. */
  private looked = 0;
  /** Those met so far, in order. */
  private readonly linkTypes = new Set<number>();
  private linkType = 0;
  /** By link type: frames that could not be looked into. */
  private readonly unread = new Map<number, number>();
  private firstFrame: Position | null = null;
  private readonly allTwins: TwinFrames | null;
  /** Null while no other capture is open. */
  private twins: TwinFrames | null = null;
  /** Numbers that no frame bears: a filtered dissection keeps those of the whole capture. */
  private skipped = 0;

  /** @param twins where captures of one network may overlap: what is in several of them counts once */
  constructor(state: NetworkState, capture: number, twins: TwinFrames | null = null) {
    this.state = state;
    this.allTwins = twins;
    this.facts.capture = capture;
    this.fastLane = new FastLane(state);
    state.timeline.follow(this.facts);
    state.vantage.expect(capture, () => this.frames - this.looked);
  }

  /** The frames that follow are of this capture: several are read together, a few frames of each at a time. */
  resume(): void {
    this.state.timeline.follow(this.facts);
  }

  /** Other captures are open besides this one, or are not any more. */
  overlap(isShared: boolean): void {
    this.twins = isShared ? this.allTwins : null;
  }

  link(linkType: number): void {
    this.decode = linkDecoder(linkType);
    this.isEthernet = linkType === LINKTYPE_ETHERNET;
    this.linkType = linkType;
    this.linkTypes.add(linkType);
    beginFrame(this.facts, LinkAddresses.Both);
    if (isCooked(linkType)) this.state.vantage.noteCooked(this.facts.capture);
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
    const { facts, state } = this;
    facts.number++;
    facts.seconds = seconds;
    facts.nanoseconds = nanoseconds;
    facts.originalBytes = originalBytes;
    this.looked++;
    state.timeline.begin(facts.seconds);
    this.firstFrame ??= state.timeline.here(facts);
    if (this.decode === undefined) {
      this.unread.set(this.linkType, (this.unread.get(this.linkType) ?? 0) + 1);
      return;
    }
    this.decode(view, start, start + capturedBytes, facts);
    if (facts.kind === FrameKind.Malformed) {
      this.malformed.set(facts.anomaly, (this.malformed.get(facts.anomaly) ?? 0) + 1);
    } else if (this.twins?.isTwin(facts, state.timeline.nowNs) === true) {
      state.vantage.observe(facts);
    } else {
      state.observe(facts);
    }
    if (capturedBytes < originalBytes) state.vantage.noteCut(facts, capturedBytes);
  }

  skipOrdinary(view: DataView, header: RecordForm, start: number, end: number): number {
    return this.isEthernet ? this.fastLane.run(view, header, start, end, this.facts) : start;
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
