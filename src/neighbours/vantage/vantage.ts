import { Anomaly, type FrameFacts, FrameKind, IpProtocol, LinkAddresses } from "../../decode/facts.ts";
import { CUT_FRAMES_KEPT, MOST_CARDS_OF_MACHINE } from "../../limits.ts";
import type { Position, Timeline } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";
import type { Ask } from "../claims/asks.ts";
import type { BindingTable } from "../claims/binding-table.ts";
import { CapturePoint, positionsOf, type SilentAsk } from "./capture-point.ts";

export const VANTAGE_KINDS = [
  "unicast-not-mirrored",
  "one-direction",
  "snap-length",
  "cooked",
  "no-macs",
  "encrypted",
] as const;
/**
 * What a capture point cannot show.
 *
 * - `unicast-not-mirrored`  unicast frames of one station only, or of nobody: what others send each other is missing
 * - `one-direction`         whoever is sent to is never seen to send
 * - `snap-length`           frames are cut so short that ARP, or what is inside a tunnel, is incomplete
 * - `cooked`                taken on all interfaces at once: frames lack the MAC that they were sent to
 * - `no-macs`               taken above the link layer: packets without MACs, and no ARP
 * - `encrypted`             taken from the air, where frames are encrypted
 */
export type VantageKind = (typeof VANTAGE_KINDS)[number];

/** One thing that one capture cannot show, and the frames that give it away. */
export interface Limit {
  readonly kind: VantageKind;
  readonly capture: number;
  /** Whose unicast frames alone are there; null where nobody's are, or that is not known. */
  readonly station: Station | null;
  /** Frames that go to show it: unicast frames, unanswered requests, cut, bare or encrypted ones. */
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

/** Frames of one sort in one capture. */
interface Noted {
  count: number;
  readonly evidence: Position[];
}

/** Where the captures were taken, as far as the frames give it away; and so what their silence proves. */
export class Vantage {
  private readonly points: CapturePoint[] = [];
  private readonly endsNs: number[] = [];
  private readonly cuts = new Map<number, { count: number; bytes: number; evidence: Position[] }>();
  private readonly bare = new Map<number, Noted>();
  private readonly encrypted = new Map<number, Noted>();
  /** By capture: the machine's own cards, where they are known. */
  private readonly cooked = new Map<number, Set<Station>>();
  private current: CapturePoint | null = null;
  /** Where the frames of the current capture are read into. */
  private record: FrameFacts | null = null;
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
    const point = this.current?.capture === facts.capture ? this.current : this.begin(facts);
    if (facts.linkAddresses !== LinkAddresses.Both) return;
    if (point.observe(facts)) point.first = this.timeline.here(facts);
  }

  /** @param ordinaryFrames how many of the capture's frames were counted without a look: all from station to station */
  expect(capture: number, ordinaryFrames: () => number): void {
    this.points[capture] ??= new CapturePoint(capture, ordinaryFrames);
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
    if (cut.evidence.length < CUT_FRAMES_KEPT) cut.evidence.push(this.timeline.here(facts));
  }

  noteCooked(capture: number): void {
    if (!this.cooked.has(capture)) this.cooked.set(capture, new Set());
  }

  /** A card of the machine on which the capture was taken. */
  noteMachine(capture: number, station: Station): void {
    const cards = this.cooked.get(capture);
    if (cards !== undefined && cards.size < MOST_CARDS_OF_MACHINE) cards.add(station);
  }

  /** A packet that came without any MAC. On all interfaces at once those of the loopback device do, too. */
  noteWithoutMacs(facts: FrameFacts): void {
    if (!this.cooked.has(facts.capture)) this.note(this.bare, facts);
  }

  noteEncrypted(facts: FrameFacts): void {
    this.note(this.encrypted, facts);
  }

  /** What each capture cannot show; to be asked once all frames were read. */
  get limits(): readonly Limit[] {
    this.known ??= this.conclude();
    return this.known;
  }

  /** How many captures the frames came from. */
  get captures(): number {
    return this.points.filter((point) => point !== undefined).length;
  }

  /** Whether some host was seen both to send and to be sent to. */
  get showsBothWays(): boolean {
    return this.points.some((point) => !point.isOneWay);
  }

  /** More frames came since somebody asked. */
  reconsider(): void {
    this.known = null;
  }

  /**
   * Whether the capture would show a unicast frame between these two: if not, that there is none proves nothing.
   *
   * @param from null for a station that no frame shows
   */
  shows(capture: number, from: Station | null, to: Station): boolean {
    return this.limits.every((limit) => {
      if (limit.capture !== capture) return true;
      if (limit.kind === "cooked") return this.isOwnCard(capture, to) || this.isOwnCard(capture, from);
      if (limit.kind === "one-direction") return from !== null && this.points[capture]?.sends(from) === true;
      if (limit.kind !== "unicast-not-mirrored") return true;
      const { station } = limit;
      return station !== null && (isSameCard(station, to) || (from !== null && isSameCard(station, from)));
    });
  }

  /** When the capture's last frame came. */
  private endNsOf(capture: number): number {
    const { record, timeline } = this;
    if (record?.capture === capture) return timeline.timeNsOf(record);
    return this.endsNs[capture] ?? timeline.nowNs;
  }

  private begin(facts: FrameFacts): CapturePoint {
    const { capture } = facts;
    const { record } = this;
    // The newest frame is the other capture's already.
    if (record !== null) this.endsNs[record.capture] = this.timeline.timeNsOf(record);
    this.record = facts;
    const point = this.points[capture] ?? new CapturePoint(capture, () => 0);
    this.points[capture] = point;
    this.current = point;
    return point;
  }

  private note(notes: Map<number, Noted>, facts: FrameFacts): void {
    const noted = notes.get(facts.capture) ?? { count: 0, evidence: [] };
    notes.set(facts.capture, noted);
    noted.count++;
    if (noted.evidence.length < CUT_FRAMES_KEPT) noted.evidence.push(this.timeline.here(facts));
  }

  private isOwnCard(capture: number, station: Station | null): boolean {
    if (station === null) return false;
    return [...(this.cooked.get(capture) ?? [])].some((card) => isSameCard(card, station));
  }

  private conclude(): Limit[] {
    const limits = this.points.flatMap((point) =>
      this.cooked.has(point.capture) ? [] : (this.limitOf(point) ?? []),
    );
    for (const [capture, { count, bytes, evidence }] of this.cuts)
      limits.push({ kind: "snap-length", capture, station: null, count, evidence, cutToBytes: bytes });
    for (const [capture, cards] of this.cooked) {
      const [card, another] = cards;
      const station = another === undefined ? (card ?? null) : null;
      limits.push({ kind: "cooked", capture, station, count: 0, evidence: [], cutToBytes: null });
    }
    for (const [capture, { count, evidence }] of this.bare)
      limits.push({ kind: "no-macs", capture, station: null, count, evidence, cutToBytes: null });
    for (const [capture, { count, evidence }] of this.encrypted)
      limits.push({ kind: "encrypted", capture, station: null, count, evidence, cutToBytes: null });
    return limits.toSorted((a, b) => a.capture - b.capture);
  }

  private limitOf(point: CapturePoint): Limit | null {
    const { capture, unicastFrames, first } = point;
    const silent = point.silentAsks(this.endNsOf(capture));
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
      facts.anomaly === Anomaly.TruncatedEthernet ||
      facts.anomaly === Anomaly.TruncatedLinkHeader
    );
  }
  if (facts.kind !== FrameKind.Ipv4 || facts.tunnelDepth > 0 || capturedBytes >= TUNNEL_BYTES) return false;
  return facts.protocol === IpProtocol.IpIp || facts.protocol === IpProtocol.Gre;
}

/** The same MAC on two VLANs is two stations, but one card. */
function isSameCard(a: Station, b: Station): boolean {
  return a.macLow === b.macLow && a.macHigh === b.macHigh;
}
