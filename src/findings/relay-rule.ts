import type { NetworkState } from "../neighbours/network-state.ts";
import { earliest, latest } from "../neighbours/position.ts";
import type { Station } from "../neighbours/station.ts";
import type { TrafficRow } from "../neighbours/traffic-table.ts";
import { likelyOwner } from "../roles/likely-owner.ts";
import type { Relay } from "../roles/relays.ts";
import type { Bench } from "./address-rules.ts";
import type { Finding } from "./finding.ts";

/**
 * A man in the middle of whom the capture shows no forged frame, as where it was taken on his own machine: packets
 * between two hosts of one segment go to him, and he sends them on.
 *
 * A second router on the segment does the same in one direction. In both it cannot: it would have to be the router of
 * each to the other, who are neighbours. In one direction the sender's own cache tells, if it had the owner before.
 */
export function judgeRelays(bench: Bench, findings: readonly Finding[]): Finding[] {
  const { cast, relays } = bench;
  const suspects = [...relays].filter((relay) => {
    const role = cast.roleOf(relay.by);
    if (role === "director" || role === "real-server" || isVipTraffic(bench, relay)) return false;
    return isDiverted(bench, relay) || (role !== "gateway" && isBetweenNeighbours(bench, relay));
  });
  const accused = new Map<string, { ip: number; relays: Relay[] }>();
  for (const relay of suspects) {
    const ip = impersonated(bench, relay);
    if (ip === undefined) continue;
    if (findings.some((finding) => finding.ip === ip && finding.claimant === relay.by)) continue;
    const key = `${ip},${relay.by.macHigh},${relay.by.macLow},${relay.by.segment}`;
    const known = accused.get(key);
    if (known === undefined) accused.set(key, { ip, relays: [relay] });
    else known.relays.push(relay);
  }
  return [...accused.values()].map(({ ip, relays: proof }) => accuse(bench, ip, proof));
}

function isVipTraffic({ cast }: Bench, { destinationIp, sourceIp }: Relay): boolean {
  return cast.isVip(destinationIp) || cast.isVip(sourceIp);
}

/** The sender had the owner's MAC in its cache, and no frame tells why it has another now. */
function isDiverted({ state }: Bench, { from, by, to, destinationIp }: Relay): boolean {
  const history = from.cache.get(destinationIp)?.history ?? [];
  const diverted = history.findIndex(({ owner, form }) => owner === by && form === null);
  if (diverted < 0 || !history.slice(0, diverted).some(({ owner }) => owner === to)) return false;
  const binding = state.bindings.get(from.segment, destinationIp);
  return binding?.claimOf(to)?.isOwn === true && binding.claimOf(by) === undefined;
}

/** Relayed there and back, between two that are neighbours by their addresses. */
function isBetweenNeighbours(bench: Bench, relay: Relay): boolean {
  const back = bench.relays.by(relay.by).find(({ from, to }) => from === relay.to && to === relay.from);
  if (back === undefined) return false;
  const here = impersonated(bench, relay);
  const there = impersonated(bench, back);
  return here !== undefined && there !== undefined && here !== there && here >> 8 === there >> 8;
}

/** The address for which the sender took the relaying station's MAC: the destination, or its gateway's. */
function impersonated({ state, cast }: Bench, { from, to, destinationIp }: Relay): number | undefined {
  const binding = state.bindings.get(from.segment, destinationIp);
  if (binding !== undefined && (binding.claimOf(to)?.isOwn === true || binding.speakers.has(to))) {
    return destinationIp;
  }
  if (binding !== undefined && binding.claims.length > 0) return undefined;
  return cast.gatewayAddressOf(to) ?? ownAddress(state, to);
}

function ownAddress(state: NetworkState, station: Station): number | undefined {
  return [...station.ownAddresses].find((ip) => {
    const binding = state.bindings.get(station.segment, ip);
    return binding !== undefined && likelyOwner(binding) === station;
  });
}

function accuse({ state, cast }: Bench, ip: number, relays: readonly Relay[]): Finding {
  const [{ by, to }] = [relays[0] as Relay];
  const isGateway = cast.isGatewayAt(to, ip);
  const senders = [...new Set(relays.map(({ from }) => from))];
  const rows = [...state.traffic.rows()].filter((row) => {
    const sender = state.stations.get(row.segment, row.sourceMacHigh, row.sourceMacLow);
    if (sender === undefined || !senders.includes(sender)) return false;
    return row.destinationMacHigh === by.macHigh && row.destinationMacLow === by.macLow;
  });
  const first = earliest(rows.map((row) => row.first));
  const victims = senders.map((station) => ({
    station,
    learned: null,
    used: earliest(rowsOf(rows, station).map((row) => row.first)),
    restored: null,
    restoredBy: null,
  }));
  return {
    kind: isGateway ? "gateway-impersonation" : "address-impersonation",
    severity: "critical",
    stage: "used",
    ip,
    segment: by.segment,
    claimant: by,
    rightful: to,
    victims,
    bypass: null,
    first,
    last: latest(rows.map((row) => row.last)),
    count: rows.reduce((sum, { frames }) => sum + frames, 0),
    evidence: victims.map(({ station, used }) => ({ what: "used" as const, at: used, by: station })),
    evidenceTotal: victims.length,
  };
}

function rowsOf(rows: readonly TrafficRow[], station: Station): TrafficRow[] {
  return rows.filter((row) => row.sourceMacHigh === station.macHigh && row.sourceMacLow === station.macLow);
}
