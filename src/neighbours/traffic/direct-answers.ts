import { MOST_ANSWER_ROWS } from "../../limits.ts";
import type { Station } from "../base/station.ts";
import { areByTurns } from "./by-turns.ts";
import type { TrafficRow } from "./traffic-row.ts";
import type { TrafficTable } from "./traffic-table.ts";

/**
 * TTLs with which today's stacks send. One that was routed has less; 60, which an older stack sends, is four hops from
 * 64.
 */
const UNROUTED_TTLS: ReadonlySet<number> = new Set([64, 128, 255]);

/** A station that sends packets for an address on, and one that it sends them to. */
export interface Hop {
  readonly from: Station;
  readonly to: Station;
}

/**
 * Tells a director from a router by what comes back: with direct routing and with tunnels the real server holds the
 * address, and answers the one whose packets the director sends on, past the director.
 *
 * A router's next hop answers with what it routes, whose TTL is lower. A router's host answers through the router.
 */
export class DirectAnswers {
  private readonly traffic: TrafficTable;

  constructor(traffic: TrafficTable) {
    this.traffic = traffic;
  }

  /** Those that pass the packets for the address on, plainly or in a tunnel, to hosts that answer past them. */
  directors(ip: number, hops: readonly Hop[]): Set<Station> {
    const directors = new Set<Station>();
    for (const [by, servers] of serversByForwarder(hops)) {
      if (this.isBothWays(ip, by)) continue;
      if (servers.some((server) => this.isPast(ip, by, server)) || this.isSpread(ip, by, servers))
        directors.add(by);
    }
    return directors;
  }

  /** The rows by which frames for the address come in to the station. */
  arriving(ip: number, by: Station): TrafficRow[] {
    return this.traffic
      .rowsTo(ip)
      .filter((row) => row.segment === by.segment && goesTo(row, by) && !comesFrom(row, by));
  }

  /** Whether frames for the address come in to `by` from the station. */
  isSender(ip: number, by: Station, sender: Station): boolean {
    return this.arriving(ip, by).some((row) => comesFrom(row, sender));
  }

  /** Whether `server` sends packets of its own from the address to one that sends to `by` for it. */
  isPast(ip: number, by: Station, server: Station): boolean {
    const senders = this.arriving(ip, by);
    if (senders.length === 0) return false;
    return this.ownPackets(ip, server).some((own) =>
      senders.some(
        (row) => row.sourceMacLow === own.destinationMacLow && row.sourceMacHigh === own.destinationMacHigh,
      ),
    );
  }

  /**
   * Whether `by` spreads the packets for the address over stations that each send packets of their own from it, and not
   * to `by`. A router sends to one next hop at a time.
   */
  isSpread(ip: number, by: Station, servers: readonly Station[]): boolean {
    const rows = servers
      .filter((server) => this.ownPackets(ip, server).some((row) => !goesTo(row, by)))
      .flatMap((server) => this.traffic.rowBetween(by.segment, ip, server, by) ?? []);
    return areByTurns(rows);
  }

  /**
   * Whether `by` also sends on what comes from the address: then the answers do not go past it. It got them itself, or
   * under another MAC of its own, or they show by their TTL that they were routed.
   */
  isBothWays(ip: number, by: Station): boolean {
    const rows = this.traffic.rowsFrom(by);
    if (rows.length > MOST_ANSWER_ROWS) return true;
    return rows
      .filter(({ lastSourceIp }) => lastSourceIp === ip)
      .some(
        (row) =>
          !UNROUTED_TTLS.has(row.lastTtl) ||
          this.arriving(row.destinationIp, by).some(({ lastSourceIp }) => lastSourceIp === ip) ||
          this.traffic
            .rowsTo(row.destinationIp)
            .some((other) => !comesFrom(other, by) && isRelayOf(row, other)),
      );
  }

  /** Whether `server` sends packets of its own from the address to the host, past every router. */
  answersTo(ip: number, host: Station, server: Station): boolean {
    return this.ownPackets(ip, server).some((own) => goesTo(own, host));
  }

  /** Whether the station sends packets of its own from the address. */
  sendsFrom(ip: number, station: Station): boolean {
    return this.ownPackets(ip, station).length > 0;
  }

  private ownPackets(ip: number, station: Station): TrafficRow[] {
    return this.traffic
      .rowsFrom(station)
      .slice(0, MOST_ANSWER_ROWS)
      .filter(({ lastSourceIp, lastTtl }) => lastSourceIp === ip && UNROUTED_TTLS.has(lastTtl));
  }
}

/** By who passes packets on: those that get them, but for the ones that pass them on in turn. */
export function serversByForwarder(hops: readonly Hop[]): Map<Station, Station[]> {
  const forwarders = new Set(hops.map(({ from }) => from));
  const servers = new Map<Station, Station[]>();
  for (const { from, to } of hops) {
    if (forwarders.has(to)) continue;
    const known = servers.get(from);
    if (known === undefined) servers.set(from, [to]);
    else if (!known.includes(to)) known.push(to);
  }
  return servers;
}

function isRelayOf(row: TrafficRow, before: TrafficRow): boolean {
  const hops = before.lastTtl - row.lastTtl;
  return (
    before.segment === row.segment &&
    before.lastSourceIp === row.lastSourceIp &&
    before.lastIdentification === row.lastIdentification &&
    before.lastPorts === row.lastPorts &&
    (hops === 0 || hops === 1)
  );
}

function goesTo(row: TrafficRow, { macHigh, macLow }: Station): boolean {
  return row.destinationMacLow === macLow && row.destinationMacHigh === macHigh;
}

function comesFrom(row: TrafficRow, { macHigh, macLow }: Station): boolean {
  return row.sourceMacLow === macLow && row.sourceMacHigh === macHigh;
}
