import { severityOf } from "../kinds/registry.ts";
import { earliest, latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { likelyOwner } from "../roles/likely-owner.ts";
import type { Relay } from "../roles/relays.ts";
import type { Evaluator } from "./address-rules.ts";
import type { Finding } from "./finding.ts";
import { Suspects } from "./suspects.ts";
import { victimOf } from "./victims.ts";

/**
 * A man in the middle of whom the capture shows no forged frame, as where it was taken on his own machine: packets
 * between two hosts of one segment go to him, and he sends them on.
 *
 * A second router on the segment does the same in one direction. In both it cannot: it would have to be the router of
 * each to the other, who are neighbours. In one direction the sender's own cache tells, if it had the owner before.
 */
export function judgeRelays(evaluator: Evaluator, findings: readonly Finding[]): Finding[] {
  const { assignment, relays } = evaluator;
  const suspects = [...relays].filter((relay) => {
    const role = assignment.roleOf(relay.by);
    if (role === "director" || role === "real-server" || isVipTraffic(evaluator, relay)) return false;
    return isDiverted(evaluator, relay) || (role !== "gateway" && isBetweenNeighbours(evaluator, relay));
  });
  const known = new Suspects(findings);
  const byKey = new Map<string, { ip: number; relays: Relay[] }>();
  for (const relay of suspects) {
    const ip = impersonated(evaluator, relay);
    if (ip === undefined) continue;
    if (known.has(relay.by, ip)) continue;
    const key = `${ip},${relay.by.macHigh},${relay.by.macLow},${relay.by.segment}`;
    const before = byKey.get(key);
    if (before === undefined) byKey.set(key, { ip, relays: [relay] });
    else before.relays.push(relay);
  }
  const sent = new SentTo(evaluator.state);
  return [...byKey.values()].map(({ ip, relays: proof }) => findingAgainst(evaluator, sent, ip, proof));
}

function isVipTraffic({ assignment }: Evaluator, { destinationIp, sourceIp }: Relay): boolean {
  return assignment.isVip(destinationIp) || assignment.isVip(sourceIp);
}

/**
 * The sender has the relaying station's MAC in its cache, and no frame tells why: it had the owner's before, or the owner is
 * one that answers when everybody is asked.
 */
function isDiverted({ state }: Evaluator, { from, by, to, destinationIp }: Relay): boolean {
  const history = state.caches.entry(from, destinationIp)?.history ?? [];
  const diverted = history.findIndex(({ owner, form }) => owner === by && form === null);
  if (diverted < 0) return false;
  const binding = state.bindings.get(from.segment, destinationIp);
  const claim = binding?.claimOf(to);
  if (claim === undefined || !claim.isOwn || binding?.claimOf(by) !== undefined) return false;
  return claim.firstAnswer !== null || history.slice(0, diverted).some(({ owner }) => owner === to);
}

/** Relayed there and back, between two that are neighbours by their addresses. */
function isBetweenNeighbours(evaluator: Evaluator, relay: Relay): boolean {
  const back = evaluator.relays.byBetween(relay.by, relay.to, relay.from);
  if (back === undefined) return false;
  const here = impersonated(evaluator, relay);
  const there = impersonated(evaluator, back);
  return here !== undefined && there !== undefined && here !== there && here >> 8 === there >> 8;
}

/** The address for which the sender took the relaying station's MAC: the destination, or its gateway's. */
function impersonated(
  { state, assignment }: Evaluator,
  { from, to, destinationIp }: Relay,
): number | undefined {
  const binding = state.bindings.get(from.segment, destinationIp);
  if (binding !== undefined && (binding.claimOf(to)?.isOwn === true || binding.ipSenders.has(to))) {
    return destinationIp;
  }
  if (binding !== undefined && binding.claims.length > 0) return undefined;
  return assignment.gatewayAddressOf(to) ?? ownAddress(state, to);
}

function ownAddress(state: NetworkView, station: Station): number | undefined {
  for (const ip of station.ownAddresses) {
    const binding = state.bindings.get(station.segment, ip);
    if (binding !== undefined && likelyOwner(binding) === station) return ip;
  }
  return undefined;
}

/** What each host sent to each other, whatever the address: a man in the middle is accused for many of the same two. */
class SentTo {
  private readonly state: NetworkView;
  private readonly known = new Map<Station, Map<Station, Sent>>();

  constructor(state: NetworkView) {
    this.state = state;
  }

  /** @returns null where nothing was sent */
  between(from: Station, to: Station): Sent | null {
    let byReceiver = this.known.get(from);
    if (byReceiver === undefined) {
      byReceiver = this.receiversOf(from);
      this.known.set(from, byReceiver);
    }
    return byReceiver.get(to) ?? null;
  }

  private receiversOf(from: Station): Map<Station, Sent> {
    const byReceiver = new Map<Station, Sent>();
    for (const row of this.state.traffic.rowsFrom(from)) {
      const to = this.state.stations.get(row.segment, row.destinationMacHigh, row.destinationMacLow);
      if (to === undefined) continue;
      const { first, last, frames } = byReceiver.get(to) ?? { first: row.first, last: row.last, frames: 0 };
      byReceiver.set(to, {
        first: earliest([first, row.first]),
        last: latest([last, row.last]),
        frames: frames + row.frames,
      });
    }
    return byReceiver;
  }
}

interface Sent {
  readonly first: Position;
  readonly last: Position;
  readonly frames: number;
}

function findingAgainst(
  { assignment }: Evaluator,
  sentTo: SentTo,
  ip: number,
  relays: readonly Relay[],
): Finding {
  const [{ by, to }] = [relays[0] as Relay];
  const isGateway = assignment.isGatewayAt(to, ip);
  const senders = [...new Set(relays.map(({ from }) => from))];
  const sent = senders.flatMap((station) => {
    const all = sentTo.between(station, by);
    return all === null ? [] : [{ station, ...all }];
  });
  const unended = { learned: null, restored: null, restoredBy: null };
  const victims = sent.map(({ station, first }) => victimOf(station, [{ ...unended, used: first }]));
  const kind = isGateway ? "gateway-impersonation" : "address-impersonation";
  return {
    kind,
    severity: severityOf(kind, "used"),
    stage: "used",
    ip,
    segment: by.segment,
    claimant: by,
    rightful: to,
    victims,
    episodes: [
      {
        ...unended,
        claimed: null,
        used: earliest(sent.map(({ first }) => first)),
        bypass: null,
        victims: new Set(senders),
      },
    ],
    bypass: null,
    first: earliest(sent.map(({ first }) => first)),
    last: latest(sent.map(({ last }) => last)),
    count: sent.reduce((sum, { frames }) => sum + frames, 0),
    evidence: sent.map(({ station, first }) => ({ what: "used" as const, at: first, by: station })),
    evidenceTotal: victims.length,
  };
}
