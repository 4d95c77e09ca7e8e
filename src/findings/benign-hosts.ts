import type { BenignReason } from "../kinds/registry.ts";
import { latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { Machines, SameMachine } from "../roles/machines/machines.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { defenceAgainst } from "./address-failover.ts";
import type { Benign } from "./benign.ts";
import { claimSpan } from "./moves.ts";
import { isNlbMac, type ProxyReason, proxyReasonOf } from "./proxied-claims.ts";

/** A host with more addresses is named for the first few. */
const ADDRESSES_LISTED = 4;

/** Several MACs with one address that are one host's or one group's, and frames that one card sends for another. */
export function explainHosts(
  state: NetworkView,
  assignment: RoleAssignment,
  isBlameless: (station: Station, ip: number) => boolean,
): Benign[] {
  const benign: Benign[] = [];
  for (const binding of state.bindings) {
    const blameless = binding.claims.filter(({ station }) => isBlameless(station, binding.ip));
    if (blameless.length > 1) {
      benign.push(...sameMachines(assignment.machines, binding, blameless), ...defences(binding, blameless));
    }
    for (const claim of blameless) benign.push(...proxiedClaims(state, binding, claim));
    benign.push(...clusters(state, binding));
  }
  benign.push(...migrations(state));
  return benign;
}

function sameMachines(machines: Machines, binding: Binding, claims: readonly Claim[]): Benign[] {
  return claims.flatMap((claim) => {
    const found = machines.of(binding, claim);
    const span = claimSpan(claim);
    // A group's own MACs are listed as such already.
    if (found === null || span === null || !isSecond(binding, claim, found.with)) return [];
    const { link } = found;
    const { kind, reason } = reasonOf(link);
    const [from, to] = link.kind === "card-below" ? [link.virtual, link.card] : [found.with, claim.station];
    return [entry(binding, kind, from, to, span, reason, link.proof)];
  });
}

/** Of two that belong together the one is explained by the other that was there before it. */
function isSecond(binding: Binding, claim: Claim, other: Station): boolean {
  const [span, before] = [claimSpan(claim), claimSpan(binding.claimOf(other))];
  return span !== null && before !== null && before.first.ordinal < span.first.ordinal;
}

function reasonOf(link: SameMachine): { kind: Benign["kind"]; reason: BenignReason } {
  switch (link.kind) {
    case "group": {
      const { protocol, group } = link.virtual;
      return { kind: "virtual-mac", reason: { why: "group-member", protocol, group } };
    }
    case "card-below": {
      const { protocol, group } = link;
      return { kind: "virtual-mac", reason: { why: "card-below", protocol, group } };
    }
    case "bond":
      return { kind: "mac-rewriting-bridge", reason: { why: "bonded", seen: link.seen } };
    case "bridge":
      return { kind: "mac-rewriting-bridge", reason: { why: "echoed", count: link.echoes } };
  }
}

function defences(binding: Binding, claims: readonly Claim[]): Benign[] {
  return claims.flatMap((claim) =>
    claims.flatMap((owner) => {
      const defence = owner === claim ? null : defenceAgainst(binding, owner.station, claim);
      if (defence === null) return [];
      const span = { first: defence.at, last: defence.at };
      const reason = { why: "defended" } as const;
      return [entry(binding, "address-announcement", claim.station, owner.station, span, reason, defence.at)];
    }),
  );
}

function proxiedClaims(state: NetworkView, binding: Binding, claim: Claim): Benign[] {
  return [...claim.proxied].flatMap(([sender, span]) => {
    const proxyReason = proxyReasonOf(state, binding, claim, sender);
    if (proxyReason === null) return [];
    const { kind, reason } = benignReasonOf(proxyReason);
    return [entry(binding, kind, sender, claim.station, span, reason, proxyReason.proof)];
  });
}

function benignReasonOf(proxyReason: ProxyReason): { kind: Benign["kind"]; reason: BenignReason } {
  switch (proxyReason.kind) {
    case "member": {
      const { protocol, group } = proxyReason.virtual;
      return { kind: "virtual-mac", reason: { why: "group-member", protocol, group } };
    }
    case "nlb":
      return { kind: "virtual-mac", reason: { why: "nlb" } };
    case "bridge":
      return { kind: "mac-rewriting-bridge", reason: { why: "rewritten" } };
  }
}

/** A cluster of Microsoft's NLB; in its multicast modes the MAC is a group's, which no station has. */
function clusters(state: NetworkView, binding: Binding): Benign[] {
  const heartbeats = state.beacons.nlbCluster(binding.segment, binding.ip);
  if (heartbeats === undefined) return [];
  const claim = binding.claims.find(({ station }) => isNlbMac(station, binding.ip));
  if (claim !== undefined && claim.proxied.size > 0) return [];
  const reason = { why: "nlb" } as const;
  return [entry(binding, "virtual-mac", null, claim?.station ?? null, heartbeats, reason, heartbeats.first)];
}

/** RARP from a virtual machine's card: it moved to another port, and its addresses with it. */
function migrations(state: NetworkView): Benign[] {
  if (state.beacons.migrated.size === 0) return [];
  const listed = new Map<Station, number>();
  const benign: Benign[] = [];
  for (const binding of state.bindings) {
    for (const { station, isOwn } of binding.claims) {
      const signal = state.beacons.migrated.get(station);
      const count = listed.get(station) ?? 0;
      if (signal === undefined || !isOwn || count >= ADDRESSES_LISTED) continue;
      listed.set(station, count + 1);
      const reason = { why: "migrated", count: signal.count } as const;
      benign.push(entry(binding, "address-announcement", null, station, signal, reason, signal.first));
    }
  }
  return benign;
}

function entry(
  binding: Binding,
  kind: Benign["kind"],
  from: Station | null,
  to: Station | null,
  span: { readonly first: Position; readonly last: Position },
  reason: BenignReason,
  proof: Position,
): Benign {
  const { ip, segment } = binding;
  const last = latest([span.first, span.last]);
  return { kind, ip, segment, from, to, first: span.first, last, reason, evidence: [span.first, proof] };
}
