import type { BenignReason } from "../kinds/registry.ts";
import { earliest } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding, Turn } from "../neighbours/claims/binding.ts";
import type { ClaimTally } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { isInitialTtl } from "../roles/initial-ttl.ts";
import { virtualMacOf } from "../roles/machines/virtual-macs.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { followsLeases, isFailoverSequence, leaseAt } from "./address-failover.ts";
import type { Benign } from "./benign.ts";
import { explainHosts } from "./benign-hosts.ts";
import { type Finding, idsInOrder } from "./finding.ts";
import { claimSpan, haveRaced, LastPackets } from "./moves.ts";
import { Suspects } from "./suspects.ts";

/**
 * What would look like poisoning to a tool that only compares MACs, each with what clears it.
 *
 * @param ids by which the findings are known
 */
export function explain(
  state: NetworkView,
  assignment: RoleAssignment,
  findings: readonly Finding[],
  ids: readonly string[] = idsInOrder(findings),
): Benign[] {
  const suspects = new Suspects(
    findings.filter(({ kind }) => kind !== "vip-unanswered" && kind !== "inventory-contradicted"),
  );
  const benign: Benign[] = explainHosts(state, assignment, (station, ip) => !suspects.has(station, ip));
  const lastPackets = new LastPackets(state);
  for (const binding of state.bindings) {
    const blameless = (station: Station) => !suspects.has(station, binding.ip);
    benign.push(
      ...movedBefore(assignment, binding, blameless),
      ...changesOfOwner(state, lastPackets, assignment, binding, blameless),
      ...probes(binding),
      ...announcements(binding, blameless),
      ...virtualMacs(state, binding, blameless),
    );
  }
  benign.push(...proxies(state), ...routedVips(assignment), ...restorations(findings, ids));
  return benign.toSorted((a, b) => a.first.ordinal - b.first.ordinal);
}

/** Whom the address belonged to before is long past, or only this program's memory: then whoever has it now may well. */
function movedBefore(
  assignment: RoleAssignment,
  binding: Binding,
  blameless: (station: Station) => boolean,
): Benign[] {
  const before = assignment.known.lastOf(binding);
  const [turn] = binding.turns;
  if (before === null || turn === undefined || !blameless(turn.station)) return [];
  const isNoticed = before.known.from === "inventory" && assignment.known.of(binding) !== null;
  if (isNoticed || assignment.known.names(binding, turn.station)) return [];
  return [
    {
      kind: "address-moved",
      ip: binding.ip,
      segment: binding.segment,
      from: before.station,
      to: turn.station,
      first: turn.at,
      last: turn.at,
      reason: { why: "known-before", source: before.known.source },
      evidence: [turn.at],
    },
  ];
}

/** Each time that another blameless station took the address over. */
function changesOfOwner(
  state: NetworkView,
  lastPackets: LastPackets,
  assignment: RoleAssignment,
  binding: Binding,
  blameless: (station: Station) => boolean,
): Benign[] {
  const turns = binding.turns.filter(({ station }) => blameless(station));
  return turns.flatMap((turn, index) => {
    const before = turns[index - 1];
    if (before === undefined || before.station === turn.station) return [];
    const claim = binding.claimOf(turn.station);
    // From one card of a machine to another nothing changes hands.
    if (claim !== undefined && assignment.machines.isOneOf(binding, claim, [before.station])) return [];
    const change =
      explainTurn(state, assignment, binding, before.station, turn) ??
      explainReturns(state, lastPackets, binding, turn);
    if (change === null) return [];
    const until = turns[index + 1]?.at;
    const span = claimSpan(binding.claimOf(turn.station));
    const last = until === undefined ? (span?.last ?? turn.at) : turn.at;
    return [
      {
        kind: change.kind,
        ip: binding.ip,
        segment: binding.segment,
        from: before.station,
        to: turn.station,
        first: turn.at,
        last,
        reason: change.reason,
        evidence: [turn.at],
      },
    ];
  });
}

function explainTurn(
  state: NetworkView,
  assignment: RoleAssignment,
  binding: Binding,
  from: Station,
  turn: Turn,
): { kind: Benign["kind"]; reason: BenignReason } | null {
  for (const router of state.adverts.routersFor(binding.segment, binding.ip)) {
    const winner = router.advertisers.find(
      ({ station, addresses }) => station === turn.station && addresses.has(binding.ip),
    );
    if (winner === undefined || assignment.impostors.has(binding, winner.station)) continue;
    const { version, virtualRouterId } = router;
    const resigned = router.advertisers.some(
      ({ station, resigned }) => station === from && resigned !== null,
    );
    if (resigned) return { kind: "vrrp-failover", reason: { why: "resigned", version, virtualRouterId } };
    const { priority } = winner;
    return { kind: "vrrp-failover", reason: { why: "advertised", version, virtualRouterId, priority } };
  }
  const vip = assignment.vipOf(binding);
  if (vip?.directors.includes(turn.station) && vip.directors.includes(from))
    return { kind: "director-takeover", reason: { why: "both-directors" } };
  const spanFrom = claimSpan(binding.claimOf(from));
  const isOver =
    spanFrom !== null && spanFrom.last.ordinal < turn.at.ordinal && !haveRaced(binding, from, turn.station);
  const lease = leaseAt(state.leases.of(binding.segment, binding.ip), turn.at);
  if (isOver && lease?.station === turn.station) {
    return { kind: "address-moved", reason: { why: "leased", lease: lease.at } };
  }
  return isOver ? { kind: "address-moved", reason: { why: "fell-silent" } } : null;
}

/** An address that comes and goes by leases, or between leaders who announce themselves. */
function explainReturns(
  state: NetworkView,
  lastPackets: LastPackets,
  binding: Binding,
  turn: Turn,
): { kind: Benign["kind"]; reason: BenignReason } | null {
  const lease = leaseAt(state.leases.of(binding.segment, binding.ip), turn.at);
  if (lease?.station === turn.station && followsLeases(state, lastPackets, binding)) {
    return { kind: "address-moved", reason: { why: "leased", lease: lease.at } };
  }
  return isFailoverSequence(lastPackets, binding)
    ? { kind: "address-moved", reason: { why: "handed-over" } }
    : null;
}

function probes(binding: Binding): Benign[] {
  return binding.probings.map(({ station, first, last, count }) => ({
    kind: "address-probe",
    ip: binding.ip,
    segment: binding.segment,
    from: null,
    to: station,
    first,
    last,
    reason: { why: "probed", count },
    evidence: [first],
  }));
}

function announcements(binding: Binding, blameless: (station: Station) => boolean): Benign[] {
  return binding.claims.flatMap(({ station, tallies }) => {
    const tally = tallies.get("announcement");
    // Of whoever took the address over it was said already.
    const isFirstOwner = binding.turns[0]?.station === station;
    if (tally === undefined || !isFirstOwner || !blameless(station)) return [];
    return [
      {
        kind: "address-announcement" as const,
        ip: binding.ip,
        segment: binding.segment,
        from: null,
        to: station,
        first: tally.first,
        last: tally.last,
        reason: { why: "own-announcement" as const, count: tally.count },
        evidence: tally.evidence.map(({ at }) => at).slice(0, 3),
      },
    ];
  });
}

/** A MAC that belongs to a group of routers, where the group itself is heard: a prefix alone proves nothing. */
function virtualMacs(
  state: NetworkView,
  binding: Binding,
  blameless: (station: Station) => boolean,
): Benign[] {
  return binding.claims.flatMap(({ station }) => {
    const virtual = virtualMacOf(state, station, binding.ip);
    const span = claimSpan(binding.claimOf(station));
    if (virtual === null || span === null || !blameless(station)) return [];
    return [
      {
        kind: "virtual-mac" as const,
        ip: binding.ip,
        segment: binding.segment,
        from: null,
        to: station,
        first: span.first,
        last: span.last,
        reason: { why: "virtual-mac" as const, protocol: virtual.protocol, group: virtual.group },
        evidence: [virtual.heard],
      },
    ];
  });
}

/**
 * A router that answers for others: it never asks in their names, and a packet from one of them shows by its TTL that
 * it was routed. Two addresses of one's own would leave with the TTL that the host gives them.
 */
function proxies(state: NetworkView): Benign[] {
  const answered = new Map<Station, Proxied[]>();
  for (const binding of state.bindings) {
    const [claim] = binding.claims;
    const reply = claim?.tallies.get("reply");
    if (claim === undefined || reply === undefined || binding.claims.length > 1 || claim.tallies.size > 1)
      continue;
    const list = answered.get(claim.station);
    if (list === undefined) answered.set(claim.station, [{ binding, reply }]);
    else list.push({ binding, reply });
  }
  return [...answered].flatMap(([station, proxied]) => {
    const ttls = proxied.flatMap(({ binding }) => binding.ipSenders.get(station)?.ttl ?? []);
    const routed = ttls.find((ttl) => !isInitialTtl(ttl));
    if (routed === undefined) return [];
    return proxied.map(({ binding, reply }) => ({
      kind: "proxy-arp" as const,
      ip: binding.ip,
      segment: binding.segment,
      from: null,
      to: station,
      first: reply.first,
      last: reply.last,
      reason: { why: "routes" as const, addresses: proxied.length, ttl: routed },
      evidence: [reply.first],
    }));
  });
}

interface Proxied {
  readonly binding: Binding;
  readonly reply: ClaimTally;
}

/** Addresses that a router sends to several hosts by turns, which would look like a cache that flips. */
function routedVips({ routed }: RoleAssignment): Benign[] {
  return [...routed].map(({ ip, segment, router, servers, evidence, last }) => ({
    kind: "routed-vip" as const,
    ip,
    segment,
    from: router,
    to: null,
    first: earliest(evidence),
    last,
    reason: { why: "routed" as const, servers: servers.length },
    evidence: evidence.slice(0, 4),
  }));
}

/** The end of a poisoning: a claim for the rightful owner, whoever sent it, or its answer to a fresh request. */
function restorations(findings: readonly Finding[], ids: readonly string[]): Benign[] {
  return findings.flatMap((finding, index) =>
    finding.victims.flatMap(({ restored, restoredBy }) => {
      if (restored === null || restoredBy === null) return [];
      if (restoredBy.cause !== "claim" && restoredBy.cause !== "resolution") return [];
      return [
        {
          kind: "cache-restored" as const,
          ip: finding.ip,
          segment: finding.segment,
          from: finding.claimant,
          to: restoredBy.by,
          first: restored,
          last: restored,
          reason: { why: "restored" as const, finding: ids[index] ?? "" },
          evidence: [restored],
        },
      ];
    }),
  );
}
