import { isGroupMac, type Station } from "../neighbours/base/station.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { TrafficRow } from "../neighbours/traffic/traffic-row.ts";

/** One and the same packet seen twice on a segment: on its way to a station, and sent on by it. */
export interface Relay {
  readonly from: Station;
  readonly by: Station;
  readonly to: Station;
  readonly sourceIp: number;
  readonly destinationIp: number;
  /** What `from` sent to `by` for the destination. */
  readonly row: TrafficRow;
}

/** What one station passes on, by what is asked of it: a director passes on the packets of thousands of clients. */
class PassedOn {
  readonly all: Relay[] = [];
  readonly bySourceIp = new Map<number, Relay[]>();
  readonly byDestinationIp = new Map<number, Relay[]>();
  /** The first one by whom it came from and whom it went to. */
  readonly byEnds = new Map<Station, Map<Station, Relay>>();

  add(relay: Relay): void {
    this.all.push(relay);
    addTo(this.bySourceIp, relay.sourceIp, relay);
    addTo(this.byDestinationIp, relay.destinationIp, relay);
    const byTo = this.byEnds.get(relay.from);
    if (byTo === undefined) this.byEnds.set(relay.from, new Map([[relay.to, relay]]));
    else if (!byTo.has(relay.to)) byTo.set(relay.to, relay);
  }
}

function addTo(relays: Map<number, Relay[]>, ip: number, relay: Relay): void {
  const known = relays.get(ip);
  if (known === undefined) relays.set(ip, [relay]);
  else known.push(relay);
}

/** Nearly all of a large segment's addresses have one sender, who passes nothing on. */
function destinationsOfSeveral(rows: readonly TrafficRow[]): ReadonlySet<number> {
  const met = new Set<number>();
  const several = new Set<number>();
  for (const { destinationIp } of rows) {
    if (met.has(destinationIp)) several.add(destinationIp);
    else met.add(destinationIp);
  }
  return several;
}

/** Who passes on whose packets: routers on one arm, directors, bridges that rewrite MACs, and men in the middle. */
export class Relays {
  private readonly byStation = new Map<Station, PassedOn>();

  constructor(state: NetworkView) {
    const arriving = new Map<number, Map<number, TrafficRow[]>>();
    const isSentAgain = destinationsOfSeveral(state.traffic.rows());
    for (const row of state.traffic.rows()) {
      if (isGroupMac(row.destinationMacHigh) || !isSentAgain.has(row.destinationIp)) continue;
      let byReceiver = arriving.get(row.destinationIp);
      if (byReceiver === undefined) {
        byReceiver = new Map();
        arriving.set(row.destinationIp, byReceiver);
      }
      const rows = byReceiver.get(row.destinationMacLow);
      if (rows === undefined) byReceiver.set(row.destinationMacLow, [row]);
      else rows.push(row);
    }
    for (const leaving of state.traffic.rows()) {
      if (isGroupMac(leaving.destinationMacHigh)) continue;
      for (const row of arriving.get(leaving.destinationIp)?.get(leaving.sourceMacLow) ?? []) {
        if (reachesSenderOf(leaving, row) && isSamePacket(row, leaving)) this.add(state, row, leaving);
      }
    }
  }

  by(station: Station): readonly Relay[] {
    return this.byStation.get(station)?.all ?? [];
  }

  /** Of what the station passes on the packets from the address. */
  bySentFrom(station: Station, sourceIp: number): readonly Relay[] {
    return this.byStation.get(station)?.bySourceIp.get(sourceIp) ?? [];
  }

  /** Of what the station passes on the packets to the address. */
  bySentTo(station: Station, destinationIp: number): readonly Relay[] {
    return this.byStation.get(station)?.byDestinationIp.get(destinationIp) ?? [];
  }

  /** The first of what the station passes on from the one to the other. */
  byBetween(station: Station, from: Station, to: Station): Relay | undefined {
    return this.byStation.get(station)?.byEnds.get(from)?.get(to);
  }

  *[Symbol.iterator](): IterableIterator<Relay> {
    for (const { all } of this.byStation.values()) yield* all;
  }

  private add(state: NetworkView, row: TrafficRow, leaving: TrafficRow): void {
    const { segment } = row;
    const from = state.stations.get(segment, row.sourceMacHigh, row.sourceMacLow);
    const by = state.stations.get(segment, leaving.sourceMacHigh, leaving.sourceMacLow);
    const to = state.stations.get(segment, leaving.destinationMacHigh, leaving.destinationMacLow);
    if (from === undefined || by === undefined || to === undefined) return;
    // A card that sends to itself, to test its port, passes nothing on. Nor does one that sends a packet back.
    if (from === by || from === to) return;
    const { lastSourceIp: sourceIp, destinationIp } = row;
    const relays = this.byStation.get(by) ?? new PassedOn();
    this.byStation.set(by, relays);
    relays.add({ from, by, to, sourceIp, destinationIp, row });
  }
}

/** The rows' newest packets: who forwards by a kernel takes one from the TTL, who does it by a tool may not. */
function isSamePacket(arriving: TrafficRow, leaving: TrafficRow): boolean {
  const hops = arriving.lastTtl - leaving.lastTtl;
  return (
    arriving.lastSourceIp === leaving.lastSourceIp &&
    arriving.lastIdentification === leaving.lastIdentification &&
    arriving.lastPorts === leaving.lastPorts &&
    (hops === 0 || hops === 1)
  );
}

/** Whether what arrived went to the card that sent the other; of the MACs the lower halves were compared before. */
function reachesSenderOf(leaving: TrafficRow, arriving: TrafficRow): boolean {
  return arriving.destinationMacHigh === leaving.sourceMacHigh && arriving.segment === leaving.segment;
}
