import { latest, type Position } from "../neighbours/base/position.ts";
import { isGroupMac, type Station } from "../neighbours/base/station.ts";
import type { CacheChange } from "../neighbours/caches/cache-entry.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { areByTurns, sentToSeveral } from "../neighbours/traffic/by-turns.ts";
import type { TrafficRow } from "../neighbours/traffic/traffic-row.ts";

/** An address that a router sends to several hosts by turns, by routes to them, and that nobody looks up by ARP. */
export interface RoutedVip {
  readonly segment: number;
  readonly ip: number;
  readonly router: Station;
  /** In order of the first frame to each. */
  readonly servers: readonly Station[];
  /** The first frame to each of the servers. */
  readonly evidence: readonly Position[];
  readonly last: Position;
}

/** A neighbour entry holds one MAC at a time: by a change there and back that no frame explains no entry was used. */
const UNEXPLAINED_CHANGES = 2;

/**
 * Equal-cost routes (ECMP, BGP anycast) to hosts that all hold the address, on lo or in a tunnel.
 *
 * The router looks up its next hops, never the address. So what hosts claim of it by ARP is put into an entry that the
 * router does not use.
 */
export class RoutedVips {
  private readonly state: NetworkView;
  private readonly byAddress = new Map<number, Map<number, RoutedVip>>();

  constructor(state: NetworkView) {
    this.state = state;
    for (const rows of routedPerhaps(state)) {
      const found = this.routedBy(rows);
      if (found === null) continue;
      const bySegment = this.byAddress.get(found.ip) ?? new Map<number, RoutedVip>();
      this.byAddress.set(found.ip, bySegment.set(found.segment, found));
    }
  }

  of({ segment, ip }: Pick<Binding, "segment" | "ip">): RoutedVip | undefined {
    return this.byAddress.get(ip)?.get(segment);
  }

  *[Symbol.iterator](): IterableIterator<RoutedVip> {
    for (const bySegment of this.byAddress.values()) yield* bySegment.values();
  }

  /** @param rows of one sender for one address, to at least two MACs */
  private routedBy(unsorted: readonly TrafficRow[]): RoutedVip | null {
    const rows = unsorted.toSorted((a, b) => a.first.ordinal - b.first.ordinal);
    const [{ segment, destinationIp: ip, sourceMacHigh, sourceMacLow }] = [rows[0] as TrafficRow];
    const { stations, bindings } = this.state;
    const router = stations.get(segment, sourceMacHigh, sourceMacLow);
    const binding = bindings.get(segment, ip);
    // A director gets the packets on the segment, too, and spreads them.
    if (router === undefined || this.state.unclaimed.answers.arriving(ip, router).length > 0) return null;
    const servers = rows.flatMap(
      (row) => stations.get(segment, row.destinationMacHigh, row.destinationMacLow) ?? [],
    );
    if (servers.length < rows.length || !servers.every((server) => this.takes(server, router, ip)))
      return null;
    const isRouted =
      binding === undefined || binding.claims.length === 0
        ? areByTurns(rows)
        : binding.routers.has(router) || this.ignoresEntry(binding, router, servers);
    if (!isRouted) return null;
    const evidence = rows.map(({ first }) => first);
    return { segment, ip, router, servers, evidence, last: latest(rows.map(({ last }) => last)) };
  }

  /** Whether the server holds the address and answers from it, or sends the packets on to hosts that do. */
  private takes(server: Station, router: Station, ip: number): boolean {
    const { unclaimed, tunnels, bindings } = this.state;
    return (
      unclaimed.answers.sendsFrom(ip, server) ||
      tunnels.to(server.segment, ip).some(({ from }) => from === server) ||
      bindings
        .get(server.segment, ip)
        ?.passings.some(({ from, to, proven }) => proven && from === server && to !== router) === true ||
      this.state.forwardings.of(server.segment, ip).some(({ by, to }) => by === server && to !== router)
    );
  }

  /** Whether the router's own frames show that it does not use what its cache holds for the address. */
  private ignoresEntry(binding: Binding, router: Station, servers: readonly Station[]): boolean {
    const history = this.state.caches.entry(router, binding.ip)?.history ?? [];
    const unexplained = history.filter((change, index) => isUnexplained(binding, history, change, index));
    if (new Set(unexplained.map(({ owner }) => owner)).size >= UNEXPLAINED_CHANGES) return true;
    const isEachNextHop = servers.every((server) => this.hasResolved(router, server, binding.ip));
    const isEachOwner = servers.every((server) => this.state.unclaimed.answers.sendsFrom(binding.ip, server));
    return unexplained.length > 0 && isEachNextHop && isEachOwner;
  }

  /** Whether the router asked for another address of the host: its next hop. */
  private hasResolved(router: Station, server: Station, ip: number): boolean {
    return [...this.state.caches.entriesOf(router)].some(
      (entry) =>
        entry.ip !== ip && entry.history.some(({ cause, owner }) => cause === "resolved" && owner === server),
    );
  }
}

/** By address and sender: rows of one sender for one address that nobody asked for, to at least two MACs. */
function routedPerhaps({ traffic, bindings }: NetworkView): TrafficRow[][] {
  const known = new Set<number>();
  const several: TrafficRow[][] = [];
  for (const { destinationIp } of traffic.rows()) {
    if (known.has(destinationIp)) continue;
    known.add(destinationIp);
    const bySegment = new Map<number, TrafficRow[]>();
    for (const row of traffic.rowsTo(destinationIp)) {
      if (isGroupMac(row.destinationMacHigh) || isGroupMac(row.sourceMacHigh)) continue;
      const rows = bySegment.get(row.segment) ?? [];
      bySegment.set(row.segment, rows);
      rows.push(row);
    }
    for (const [segment, rows] of bySegment) {
      if (rows.length > 1 && (bindings.get(segment, destinationIp)?.asks.total ?? 0) === 0)
        several.push(...sentToSeveral(rows));
    }
  }
  return several;
}

/** Whether only the host's own frames show the change: no claim for the new owner came since the change before. */
function isUnexplained(
  binding: Binding,
  history: readonly CacheChange[],
  { cause, owner, at }: CacheChange,
  index: number,
): boolean {
  if (cause !== "traffic" || owner === null) return false;
  const since = history[index - 1]?.at.ordinal ?? -1;
  const isBetween = (position: Position) => position.ordinal > since && position.ordinal <= at.ordinal;
  return ![...(binding.claimOf(owner)?.tallies.values() ?? [])].some(({ count, evidence, first, last }) =>
    count === evidence.length
      ? evidence.some((claim) => isBetween(claim.at))
      : first.ordinal <= at.ordinal && last.ordinal > since,
  );
}
