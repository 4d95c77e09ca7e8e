import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import { isInitialTtl } from "./initial-ttl.ts";

/** Sent once, an unasked reply may be a driver's or a hypervisor's courtesy; kept up, it is meant. */
const REPEATED = 2;

/** The slowest of the tools (ettercap after its warm-up 10 s, scapy 15 s); what kernels ask for comes less often. */
const SLOWEST_TOOL_NS = 16_000_000_000;
const KEPT_UP = 5;
/** A host that holds an address is asked for it at least as often as a driver's courtesy makes it speak up. */
const UNASKED_PER_ANSWER = 4;

/**
 * Which of several claimants an address belongs to, as far as the frames tell.
 *
 * First seen is no argument: poison often comes before truth. A kernel that holds an address answers when asked, asks
 * in its name and sends packets from it; one that only ever sends replies which nobody asked for does not hold it.
 */
export function likelyOwner(binding: Binding): Station | undefined {
  if (binding.claims.length === 0) return binding.receivers.keys().next().value;
  // Whoever sends a packet on sends it second.
  const silent = [...binding.ipSenders]
    .slice(0, 1)
    .filter(([station, { ttl }]) => isInitialTtl(ttl) && binding.claimOf(station)?.isOwn !== true)
    .map(([station]) => ({ station, score: SPEAKS }));
  const claiming = binding.claims.map((claim) => {
    const suspect = keepsItUp(claim) && !binding.ipSenders.has(claim.station) && !isDoubted(binding, claim);
    return {
      station: suspect ? undefined : claim.station,
      score: suspect ? SUSPECT : ownership(claim, binding),
    };
  });
  return [...claiming, ...silent].toSorted((a, b) => b.score - a.score)[0]?.station;
}

/** Whether somebody else is believed to have the address: then its owner may be answering a forger's requests. */
function isDoubted(binding: Binding, claim: Claim): boolean {
  return binding.claims.some((other) => {
    const addressed = other.tallies.get("addressed")?.evidence ?? [];
    return other !== claim && addressed.some(({ sentBy }) => sentBy !== claim.station);
  });
}

/** Whether at least one of the frames that claim the address for the station was sent by it. */
export function isOwnClaim(claim: Claim): boolean {
  return claim.isOwn;
}

/**
 * Replies that nobody asked for, and more than one: how arpspoof, ettercap and bettercap work. Or requests that no
 * kernel would repeat so soon, from one that never answers for the address or announces it: how scapy works.
 */
export function impersonates(binding: Binding, claim: Claim): boolean {
  const isUnheld = !claim.station.ownAddresses.has(binding.ip);
  return (unsolicited(claim) >= REPEATED && isUnheld) || onlyAsks(claim) || keepsItUp(claim);
}

function onlyAsks(claim: Claim): boolean {
  return claim.needless >= REPEATED && claim.ownFrames("reply") + claim.ownFrames("announcement") === 0;
}

/**
 * Replies that nobody asked for, again and again at the pace of a tool, and hardly anything else: suspect though nobody
 * contradicts them. Broadcast requests reach every port, so it is not that the capture lacks those. One of many may fall on
 * a real question.
 */
export function keepsItUp(claim: Claim): boolean {
  const tally = claim.tallies.get("unsolicited-reply");
  const count = unsolicited(claim);
  if (tally === undefined || count < KEPT_UP) return false;
  if (claim.ownFrames("request") + claim.ownFrames("announcement") > 0) return false;
  if (claim.ownFrames("reply") * UNASKED_PER_ANSWER > count) return false;
  return (tally.last.timeNs - tally.first.timeNs) / (count - 1) <= SLOWEST_TOOL_NS;
}

/** Announcements at the pace of a tool: kube-vip and MetalLB send them, too. */
export function keepsAnnouncing(claim: Claim): boolean {
  const tally = claim.tallies.get("announcement");
  const count = claim.ownFrames("announcement");
  if (tally === undefined || count < KEPT_UP) return false;
  return (tally.last.timeNs - tally.first.timeNs) / (count - 1) <= SLOWEST_TOOL_NS;
}

/** Frames for the address that no kernel sends of itself, or that answer such frames. */
export function forcedClaims(claim: Claim): number {
  return forcedFrames(claim) + (claim.tallies.get("addressed")?.count ?? 0);
}

/** Those of its own: an owner is answered, too, where the capture lacks his requests. */
export function forcedFrames(claim: Claim): number {
  return unsolicited(claim) + claim.needless;
}

function unsolicited(claim: Claim): number {
  return claim.ownFrames("unsolicited-reply");
}

/** Who sends packets from an address and never had to claim it: more than a forger has to show. */
const SPEAKS = 2;
const SUSPECT = -1;

function ownership(claim: Claim, binding: Binding): number {
  const held = claim.station.ownAddresses.has(binding.ip) && !onlyAsks(claim) ? 4 : 0;
  const own = isOwnClaim(claim) ? (impersonates(binding, claim) ? 1 : 2) : 0;
  const unforced = forcedClaims(claim) === 0 ? 1 : 0;
  return held + own + unforced;
}
