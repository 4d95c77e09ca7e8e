import { LINGERING_NS } from "../neighbours/base/delays.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding, Turn } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { GrantedLease } from "../neighbours/control/leases.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { forcedClaims } from "../roles/likely-owner.ts";
import { claimSpan, type LastPackets } from "./moves.ts";

/** A leader stays in office; two who announce against each other follow each other sooner. */
export const SHORTEST_TENURE_NS = 10_000_000_000;
/** RFC 5227, section 2.4: a defence is sent at once, and whoever configured the address late gives up. */
const DEFENCE_NS = 2_000_000_000;
/** ANNOUNCE_NUM of RFC 5227. */
const ANNOUNCEMENTS = 2;

/** An address that changed hands as often as it was leased: each new owner had it from the server first. */
export function followsLeases(state: NetworkView, lastPackets: LastPackets, binding: Binding): boolean {
  const leases = state.leases.of(binding.segment, binding.ip);
  const { turns } = binding;
  const [firstLease] = leases;
  if (firstLease === undefined || turns.length < 2 || turns.length < binding.turnCount) return false;
  const before = new Set(
    turns.filter(({ at }) => at.ordinal < firstLease.at.ordinal).map(({ station }) => station),
  );
  if (before.size > 1) return false;
  const isGranted = turns.every(
    ({ station, at }) => before.has(station) || leaseAt(leases, at)?.station === station,
  );
  const returned = turns.some(
    ({ station, at }) => at.ordinal > firstLease.at.ordinal && leaseAt(leases, at)?.station !== station,
  );
  return isGranted && !returned && isQuiet(lastPackets, binding);
}

export function leaseAt(leases: readonly GrantedLease[], at: Position): GrantedLease | undefined {
  return leases.findLast((lease) => lease.at.ordinal < at.ordinal);
}

/** An address that goes to and fro between those who may lead a cluster: each announces itself, and stays for a while. */
export function isFailoverSequence(lastPackets: LastPackets, binding: Binding): boolean {
  const { turns } = binding;
  if (turns.length < 3 || turns.length < binding.turnCount || binding.asks.races.length > 0) return false;
  const isAnnounced = turns.slice(1).every(({ form }) => form === "announcement");
  const isTerm = turns
    .slice(1)
    .every(({ at }, index) => at.timeNs - (turns[index]?.at.timeNs ?? 0) >= SHORTEST_TENURE_NS);
  return isAnnounced && isTerm && isQuiet(lastPackets, binding);
}

/** Nobody but the last owner sends from the address any longer. */
function isQuiet(lastPackets: LastPackets, binding: Binding): boolean {
  const last = binding.turns.at(-1);
  if (last === undefined) return false;
  return binding.turns.every(({ station }) => {
    const word = station === last.station ? null : lastPackets.lastFrom(station, binding.ip);
    return word === null || word.timeNs - last.at.timeNs < LINGERING_NS;
  });
}

/** The turn by which the owner defended the address against one that announced it and then gave way (RFC 5227). */
export function defenceAgainst(binding: Binding, owner: Station, claim: Claim): Turn | null {
  const span = claimSpan(claim);
  const announced = claim.tallies.get("announcement");
  if (span === null || announced === undefined || claim.tallies.size > 1) return null;
  if (claim.ownFrames("announcement") > ANNOUNCEMENTS || forcedClaims(claim) > 0) return null;
  const last = binding.turns.at(-1);
  const defends = last?.station === owner && last.form === "announcement";
  if (!defends || binding.turns.length < binding.turnCount) return null;
  const waitedNs = last.at.timeNs - span.last.timeNs;
  return waitedNs >= 0 && waitedNs <= DEFENCE_NS ? last : null;
}
