import { Anomaly, type FrameFacts, FrameKind, IpProtocol } from "../decode/facts.ts";
import type { Ask, BindingTable } from "./binding.ts";
import { CapturePoint, positionsOf, type SilentAsk } from "./capture-point.ts";
import type { Position, Timeline } from "./position.ts";
import type { Station, StationTable } from "./station.ts";

export const VANTAGE_KINDS = ["unicast-not-mirrored", "one-direction", "snap-length", "cooked"] as const;
/**
 * What a capture point cannot show.
 *
 * - `unicast-not-mirrored`  unicast frames of one station only, or of nobody: what others send each other is missing
 * - `one-direction`         whoever is sent to is never seen to send
 * - `snap-length`           frames are cut so short that ARP, or what is inside a tunnel, is incomplete
 * - `cooked`                taken on all interfaces at once: frames lack the MAC that they were sent to
 */
export type VantageKind = (typeof VANTAGE_KINDS)[number];

/** One thing that one capture cannot show, and the frames that give it away. */
export interface Limit {
  readonly kind: VantageKind;
  readonly capture: number;
  /** Whose unicast frames alone are there; null where nobody's are, and for the other kinds. */
  readonly station: Station | null;
  /** Frames that go to show it: unicast frames, unanswered requests or cut ones. */
  readonly count: number;
  readonly evidence: readonly Position[];
  /** To how many bytes frames were cut; for `snap-length` only. */
  readonly cutToBytes: number | null;
}

/** By fewer frames one direction may be all there was. */
const ENOUGH_ONE_WAY = 8;
/** A single host may have had a reason not to ask again. */
const ENOUGH_CONTENT = 2;

/** Ethernet, IPv4 and what may come between them and an inner IPv4 header: a VLAN tag or a GRE header. */
const TUNNEL_BYTES = 14 + 20 + 8 + 20;
const CUT_EVIDENCE_KEPT = 3;

/** Where the captures were taken, as far as the frames give it away; and so what their silence proves. */
export class Vantage {
  private readonly points: CapturePoint[] = [];
  private readonly endsNs: number[] = [];
  private readonly cuts = new Map<number, { count: number; bytes: number; evidence: Position[] }>();
  private readonly cooked = new Set<number>();
  private current: CapturePoint | null = null;
  private known: readonly Limit[] | null = null;
  private readonly timeline: Timeline;
  private readonly stations: StationTable;
  private readonly bindings: BindingTable;

  constructor(timeline: Timeline, stations: StationTable, bindings: BindingTable) {
    this.timeline = timeline;
    this.stations = stations;
    this.bindings = bindings;
  }

  observe(facts: FrameFacts): void {
    const point = this.current?.capture === facts.capture ? this.current : this.begin(facts.capture);
    if (point.observe(facts)) point.first = this.timeline.here(facts);
  }

  noteAsk(ask: Ask, targetIp: number): void {
    this.current?.noteAsk(ask, targetIp);
  }

  /** A frame of which the capture holds fewer bytes than were sent. */
  noteCut(facts: FrameFacts, capturedBytes: number): void {
    if (!lacksWhatIsNeeded(facts, capturedBytes)) return;
    const cut = this.cuts.get(facts.capture);
    if (cut === undefined) {
      const evidence = [this.timeline.here(facts)];
      this.cuts.set(facts.capture, { count: 1, bytes: capturedBytes, evidence });
      return;
    }
    cut.count++;
    cut.bytes = Math.max(cut.bytes, capturedBytes);
    if (cut.evidence.length < CUT_EVIDENCE_KEPT) cut.evidence.push(this.timeline.here(facts));
  }

  noteCooked(capture: number): void {
    this.cooked.add(capture);
  }

  /** What each capture cannot show; to be asked once all frames were read. */
  get limits(): readonly Limit[] {
    this.known ??= this.conclude();
    return this.known;
  }

  /**
   * Whether the capture would show a unicast frame between these two: if not, that there is none proves nothing.
   *
   * @param from null for a station that no frame shows
   */
  shows(capture: number, from: Station | null, to: Station): boolean {
    return this.limits.every((limit) => {
      if (limit.capture !== capture) return true;
      if (limit.kind === "one-direction") return from !== null && this.points[capture]?.sends(from) === true;
      if (limit.kind !== "unicast-not-mirrored") return true;
      const { station } = limit;
      return station !== null && (isSameCard(station, to) || (from !== null && isSameCard(station, from)));
    });
  }

  private begin(capture: number): CapturePoint {
    if (this.current !== null) this.endsNs[this.current.capture] = this.timeline.nowNs;
    const point = this.points[capture] ?? new CapturePoint(capture);
    this.points[capture] = point;
    this.current = point;
    return point;
  }

  private conclude(): Limit[] {
    const limits = this.points.flatMap((point) => this.limitOf(point) ?? []);
    for (const [capture, { count, bytes, evidence }] of this.cuts)
      limits.push({ kind: "snap-length", capture, station: null, count, evidence, cutToBytes: bytes });
    for (const capture of this.cooked)
      limits.push({ kind: "cooked", capture, station: null, count: 0, evidence: [], cutToBytes: null });
    return limits.toSorted((a, b) => a.capture - b.capture);
  }

  private limitOf(point: CapturePoint): Limit | null {
    const { capture, unicastFrames, first } = point;
    const silent = point.silentAsks(this.endsNs[capture] ?? this.timeline.nowNs);
    const content = silent.filter((ask) => ask.content);
    const limit = { capture, station: null, cutToBytes: null };
    if (first === null) {
      if (content.length < ENOUGH_CONTENT) return null;
      const evidence = positionsOf(content);
      return { ...limit, kind: "unicast-not-mirrored", count: content.length, evidence };
    }
    if (point.isOneWay && (unicastFrames >= ENOUGH_ONE_WAY || (unicastFrames > 1 && content.length > 0))) {
      return {
        ...limit,
        kind: "one-direction",
        count: unicastFrames,
        evidence: [first, ...positionsOf(content)],
      };
    }
    const { onlyParty } = point;
    if (onlyParty === null) return null;
    const station = this.stations.of(onlyParty.segment, onlyParty.macHigh, onlyParty.macLow);
    const between = silent.filter((ask) => this.isBetweenOthers(ask, station));
    if (between.length === 0) return null;
    const evidence = positionsOf(between);
    return { ...limit, kind: "unicast-not-mirrored", station, count: unicastFrames, evidence };
  }

  private isBetweenOthers({ ask, targetIp }: SilentAsk, station: Station): boolean {
    if (isSameCard(ask.asker, station) || station.ownAddresses.has(targetIp)) return false;
    return this.bindings.get(station.segment, targetIp)?.claimOf(station) === undefined;
  }
}

function lacksWhatIsNeeded(facts: FrameFacts, capturedBytes: number): boolean {
  if (facts.kind === FrameKind.Malformed) {
    return (
      facts.anomaly === Anomaly.TruncatedArp ||
      facts.anomaly === Anomaly.TruncatedIpv4 ||
      facts.anomaly === Anomaly.TruncatedVlan ||
      facts.anomaly === Anomaly.TruncatedEthernet
    );
  }
  if (facts.kind !== FrameKind.Ipv4 || facts.tunnelDepth > 0 || capturedBytes >= TUNNEL_BYTES) return false;
  return facts.protocol === IpProtocol.IpIp || facts.protocol === IpProtocol.Gre;
}

/** The same MAC on two VLANs is two stations, but one card. */
function isSameCard(a: Station, b: Station): boolean {
  return a.macLow === b.macLow && a.macHigh === b.macHigh;
}
