import { isCooked, linkTypeName } from "../capture/link-type.ts";
import type { CaptureSink } from "../capture/read-capture.ts";
import { type Anomaly, FrameFacts, FrameKind } from "../decode/facts.ts";
import { type LinkDecoder, linkDecoder } from "../decode/link-layer.ts";
import type { NetworkState } from "./network-state.ts";
import type { Position } from "./position.ts";

/** Takes the frames of one capture: each is decoded into one reused record, counted, and shown to the network's state. */
export class FrameIntake implements CaptureSink {
  private readonly state: NetworkState;
  private readonly facts = new FrameFacts();
  private readonly malformed = new Map<Anomaly, number>();
  private decode: LinkDecoder | undefined;
  /** Those met so far, in order. */
  private readonly linkTypes = new Set<number>();
  private firstFrame: Position | null = null;

  constructor(state: NetworkState, capture: number) {
    this.state = state;
    this.facts.capture = capture;
    state.timeline.follow(this.facts);
  }

  link(linkType: number): void {
    this.decode = linkDecoder(linkType);
    this.linkTypes.add(linkType);
    if (isCooked(linkType)) this.state.vantage.noteCooked(this.facts.capture);
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
    state.timeline.advance(seconds, nanoseconds);
    this.firstFrame ??= state.timeline.here(facts);
    if (this.decode === undefined) return;
    this.decode(view, start, start + capturedBytes, facts);
    if (facts.kind === FrameKind.Malformed) {
      this.malformed.set(facts.anomaly, (this.malformed.get(facts.anomaly) ?? 0) + 1);
    } else {
      state.observe(facts);
    }
    if (capturedBytes < originalBytes) state.vantage.noteCut(facts, capturedBytes);
  }

  get frames(): number {
    return this.facts.number;
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

  /** Which link types' frames could not be looked into; null where there were none. */
  get notUnderstood(): string | null {
    const unknown = [...this.linkTypes].filter((linkType) => linkDecoder(linkType) === undefined);
    if (unknown.length === 0) return null;
    return `link type ${unknown.map(linkTypeName).join(", ")} is not understood; its frames were counted only`;
  }
}
