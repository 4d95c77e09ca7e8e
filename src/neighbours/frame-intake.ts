import { isCooked, LINKTYPE_ETHERNET, linkTypeName } from "../capture/link-type.ts";
import type { PcapHeader } from "../capture/pcap-header.ts";
import type { CaptureSink } from "../capture/read-capture.ts";
import { decodeEthernet } from "../decode/ethernet.ts";
import { type Anomaly, FrameFacts, FrameKind } from "../decode/facts.ts";
import type { NetworkState } from "./network-state.ts";
import type { Position } from "./position.ts";

/** Takes the frames of one capture: each is decoded into one reused record, counted, and shown to the network's state. */
export class FrameIntake implements CaptureSink {
  private readonly state: NetworkState;
  private readonly facts = new FrameFacts();
  private readonly malformed = new Map<Anomaly, number>();
  private linkType = LINKTYPE_ETHERNET;
  private firstFrame: Position | null = null;

  constructor(state: NetworkState, capture: number) {
    this.state = state;
    this.facts.capture = capture;
    state.timeline.follow(this.facts);
  }

  begin(header: PcapHeader): void {
    this.linkType = header.linkType;
    if (isCooked(header.linkType)) this.state.vantage.noteCooked(this.facts.capture);
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
    if (this.linkType !== LINKTYPE_ETHERNET) return;
    decodeEthernet(view, start, start + capturedBytes, facts);
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

  /** Why none of the capture's frames could be looked into; null where they could. */
  get notUnderstood(): string | null {
    if (this.linkType === LINKTYPE_ETHERNET) return null;
    return `link type ${linkTypeName(this.linkType)} is not understood; its frames were counted only`;
  }
}
