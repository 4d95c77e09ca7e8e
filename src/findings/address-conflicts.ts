import { LINGERING_NS } from "../neighbours/base/delays.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { feedsTheOwner } from "../roles/in-the-middle.ts";
import { isInitialTtl } from "../roles/initial-ttl.ts";
import { forcedClaims, forcedFrames, isOwnClaim, keepsItUp } from "../roles/likely-owner.ts";
import type { Relays } from "../roles/relays.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { LastPackets } from "./moves.ts";

/** Once may be a driver's or a hypervisor's courtesy; a tool keeps it up, because the caches would forget. */
const FORCED = 2;
/** Nobody who holds an address has to say so as often unasked, least of all where another needs no such thing. */
const INSISTENT = 5;

/** Who is at odds with whom over which address. */
export class AddressConflicts {
  private readonly assignment: RoleAssignment;
  private readonly relays: Relays;
  private readonly lastPackets: LastPackets;
  /** How many addresses each station is at odds over: a man in the middle over two, his victims over one. */
  private readonly counts = new Map<Station, number>();
  /** How many addresses each station claims by nothing but replies at a tool's pace. */
  private readonly keptUp = new Map<Station, number>();

  constructor(state: NetworkView, assignment: RoleAssignment, relays: Relays, lastPackets: LastPackets) {
    this.lastPackets = lastPackets;
    this.assignment = assignment;
    this.relays = relays;
    for (const binding of state.bindings) {
      for (const claim of binding.claims) if (keepsItUp(claim)) increment(this.keptUp, claim.station);
      const stations = this.partiesTo(binding);
      if (stations.size < 2) continue;
      for (const station of stations) increment(this.counts, station);
    }
  }

  /**
   * Whether a claim is an intruder's: kept up by frames that no kernel sends, for an address that its station does not
   * hold, or for more addresses than those have to whom they belong.
   *
   * A host that defends its address, or answers a forger's requests, is at odds over that one address only.
   */
  isForged(binding: Binding, claim: Claim): boolean {
    if (this.isInTheMiddle(binding, claim)) return true;
    if (forcedClaims(claim) < FORCED) return false;
    const { station } = claim;
    const rivals = [...this.partiesTo(binding)].filter((party) => party !== station);
    if (rivals.length === 0) return this.isSuspectAlone(binding, claim);
    if (this.isToldByAsking(binding, claim, rivals)) return false;
    const own = this.counts.get(station) ?? 0;
    const mostOfRivals = Math.max(...rivals.map((rival) => this.counts.get(rival) ?? 0));
    if (own >= 2 && own > mostOfRivals) return true;
    // Whoever speaks for himself is not accused of what others answer.
    if (isOwnClaim(claim) && forcedFrames(claim) < FORCED) return false;
    if (own >= mostOfRivals && !station.ownAddresses.has(binding.ip) && !isOnlyAddressed(claim, binding)) {
      return true;
    }
    return this.pretendsTo(binding, claim, rivals);
  }

  /**
   * A takeover that is told to single hosts by asking them in the address's name (`arping -S VIP gateway`), as scripts do
   * when the former holder is down: it asks again and again, tells nobody unasked, and nobody else has the address since.
   */
  private isToldByAsking(binding: Binding, claim: Claim, rivals: readonly Station[]): boolean {
    const { station, ownFirst, firstToAll } = claim;
    // Who takes an address over has nothing to hide: arping asks everybody, a forger his victim alone.
    if (
      ownFirst === null ||
      firstToAll?.ordinal !== ownFirst.ordinal ||
      claim.ownFrames("unsolicited-reply") > 0 ||
      (this.counts.get(station) ?? 0) > 1
    )
      return false;
    if (this.assignment.isGatewayAddress(binding) || !isOneBurst(claim)) return false;
    return rivals.every((rival) => {
      const rivalClaim = binding.claimOf(rival);
      const sent = this.lastPackets.lastFrom(rival, binding.ip);
      const isSilent = rivalClaim?.ownLast != null && rivalClaim.ownLast.ordinal < ownFirst.ordinal;
      return isSilent && (sent === null || sent.timeNs - ownFirst.timeNs < LINGERING_NS);
    });
  }

  /** Whether the claimant passes on, to another claimant who needs no force, what comes for the address or by that router. */
  private isInTheMiddle(binding: Binding, claim: Claim): boolean {
    const { station } = claim;
    if (!isOwnClaim(claim)) return false;
    const hasOtherAddress = (other: Station) => this.assignment.hasOtherAddress(other, binding.ip);
    if (feedsTheOwner(binding, station, hasOtherAddress) !== null) return true;
    if (this.assignment.isGatewayAt(station, binding.ip)) return false;
    return this.relays.by(station).some(({ to }) => {
      const router = binding.claimOf(to);
      return (
        router !== undefined && forcedClaims(router) === 0 && this.assignment.isGatewayAt(to, binding.ip)
      );
    });
  }

  /** Whoever claims the address, is believed to have it, or sends from it; a single frame with another's MAC in it is no party. */
  partiesTo(binding: Binding): Set<Station> {
    const parties = new Set<Station>();
    for (const claim of binding.claims) {
      const { station } = claim;
      if (isOwnClaim(claim) || (claim.tallies.get("addressed")?.count ?? 0) > 1) parties.add(station);
    }
    if (parties.size > 0) for (const station of this.silentOwnersOf(binding)) parties.add(station);
    const known = parties.size > 0 ? this.assignment.known.of(binding) : null;
    if (known !== null && this.assignment.known.stillHas(binding, known)) parties.add(known.station);
    return parties;
  }

  /** Those who send packets of their own from the address, and never claimed it: routed and relayed ones are another's. */
  silentOwnersOf(binding: Binding): Station[] {
    return [...binding.ipSenders].flatMap(([station, { ttl }]) => {
      const claims = binding.claimOf(station)?.isOwn === true;
      const relays = this.relays.bySentFrom(station, binding.ip).length > 0;
      return claims || relays || !isInitialTtl(ttl) ? [] : [station];
    });
  }

  /**
   * Nobody contradicts it. A host that answers requests which the capture lacks, as one taken on the forger's machine
   * does, looks the same; but it has this one address, and packets come from it.
   */
  private isSuspectAlone(binding: Binding, claim: Claim): boolean {
    const { station } = claim;
    if (takesBack(binding, claim)) return true;
    if (!keepsItUp(claim)) return false;
    if (this.assignment.hasOtherAddress(station, binding.ip) || (this.keptUp.get(station) ?? 0) > 1)
      return true;
    return this.relays.by(station).length > this.relays.bySentFrom(station, binding.ip).length;
  }

  /**
   * scapy asks in another's name as that one's own kernel would, but for its haste. Against a rival who needs no force
   * it is a forger who also has an address of his own, or passes on to the rival what comes for the address.
   */
  private pretendsTo(binding: Binding, claim: Claim, rivals: readonly Station[]): boolean {
    const { station } = claim;
    if (!isOwnClaim(claim)) return false;
    const unforced = rivals.filter((rival) => {
      const rivalClaim = binding.claimOf(rival);
      return rivalClaim === undefined || forcedClaims(rivalClaim) === 0;
    });
    if (unforced.length === 0) return false;
    const feeds = this.relays.bySentTo(station, binding.ip).some(({ to }) => unforced.includes(to));
    // ettercap also answers requests, at once, so that it seems to hold the address.
    const insists = claim.ownFrames("unsolicited-reply") >= INSISTENT;
    return feeds || insists || this.assignment.hasOtherAddress(station, binding.ip);
  }
}

/** Whether its card put the address at another MAC afterwards: tools restore what they forged when they stop. */
function takesBack({ claims }: Binding, { station, ownFirst }: Claim): boolean {
  if (ownFirst === null) return false;
  return claims.some((other) => {
    const restoring = other.station === station ? undefined : other.proxied.get(station);
    return restoring !== undefined && restoring.unasked > 0 && restoring.first.ordinal > ownFirst.ordinal;
  });
}

/** Both programs called arping ask once a second, scripts faster; who poisons comes back when caches may have forgotten. */
const SLOWEST_ARPING_NS = 1_500_000_000;

/** Whether the claimant asked without a pause, as somebody does who tells it once. */
function isOneBurst({ tallies }: Claim): boolean {
  const asked = tallies.get("request");
  if (asked === undefined) return false;
  return asked.last.timeNs - asked.first.timeNs <= (asked.count - 1) * SLOWEST_ARPING_NS;
}

function increment(counts: Map<Station, number>, station: Station): void {
  counts.set(station, (counts.get(station) ?? 0) + 1);
}

/** Believed by others to be there, while somebody else claims it himself: by that alone nobody is accused for one address. */
function isOnlyAddressed(claim: Claim, binding: Binding): boolean {
  return !isOwnClaim(claim) && !binding.claims.some((other) => other !== claim && isOwnClaim(other));
}
