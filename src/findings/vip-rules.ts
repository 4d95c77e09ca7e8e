import { type FindingKind, severityOf } from "../kinds/registry.ts";
import { earliest, latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimForm } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { impersonates } from "../roles/likely-owner.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { VipRoles } from "../roles/vip-roles.ts";
import { boundEvidence, evidenceOf, findingFromClaims } from "./build-finding.ts";
import { isFailover } from "./director-failover.ts";
import { courseOf } from "./episodes.ts";
import type { Evidence, Finding } from "./finding.ts";
import { fluxBeside, judgeFlux } from "./flux-rule.ts";
import { findingAgainstForger, forgedClaims } from "./forged-claims.ts";
import { preventionOf } from "./prevention.ts";
import { racesOf } from "./races.ts";
import type { SecondRuns } from "./second-runs.ts";
import { judgeSplit } from "./split-rule.ts";
import { unseenLearners } from "./unseen.ts";
import { entriesByOwner, unexplainedVictimsOf, victimsOf } from "./victims.ts";

interface Leak {
  readonly kind: FindingKind;
  readonly forms: ReadonlySet<ClaimForm>;
}

/** The ways in which a VIP slips out of the wrong host; each has a setting of its own that closes it. */
const LEAKS: readonly Leak[] = [
  { kind: "vip-source-in-request", forms: new Set<ClaimForm>(["request"]) },
  { kind: "vip-reply", forms: new Set<ClaimForm>(["reply", "unsolicited-reply"]) },
  { kind: "vip-gratuitous", forms: new Set<ClaimForm>(["announcement"]) },
];

/** The same frames from a host that never had anything to do with the VIP and sends what nobody asked for. */
const INTRUSION: readonly Leak[] = [
  {
    kind: "address-impersonation",
    forms: new Set<ClaimForm>(["request", "reply", "unsolicited-reply", "announcement"]),
  },
];

/** Everything that can be wrong with one VIP. */
export function judgeVip(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  runs: SecondRuns,
): Finding[] {
  const { binding } = vip;
  if (binding === null) return [];
  return [
    ...leaks(state, assignment, vip, binding, runs),
    ...forgeries(state, assignment, vip, binding),
    ...bypassesWithoutClaim(state, assignment, vip, binding),
    ...unanswered(state, assignment, vip, binding),
    ...judgeSplit(state, assignment, vip, binding),
    ...judgeFlux(state, assignment, vip, binding),
  ];
}

/** ARP frames by which a host that is not the VIP's director claims it. A packet from the VIP is no claim: so direct routing works. */
function leaks(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
  runs: SecondRuns,
): Finding[] {
  const exempt = exemptFrom(vip);
  const suspects = suspectClaims(state, assignment, vip, binding);
  const intruding = (claim: Claim) =>
    assignment.roleOf(claim.station) !== "real-server" && impersonates(binding, claim);
  const leaking = suspects.filter((claim) => !intruding(claim));
  return suspects.flatMap((claim) => {
    const intrudes = intruding(claim);
    return (intrudes ? INTRUSION : LEAKS)
      .filter(({ forms }) => [...claim.tallies.keys()].some((form) => forms.has(form)))
      .map((leak) => {
        const victims = victimsOf(state.caches.about(binding), binding, claim.station, leak.forms, exempt);
        const rightful = directorAt(vip, binding, firstOf(claim, leak.forms));
        return {
          ...findingFromClaims(state, { ...leak, binding, claim, rightful, victims, exempt }),
          ...(leak.kind === "vip-reply" ? racesOf(binding, claim.station) : {}),
          prevention: intrudes
            ? null
            : preventionOf(
                state,
                runs,
                binding,
                claim.station,
                leak.forms,
                victims.length > 0,
                leaking,
                exempt,
              ),
          notObservable: unseenLearners(state, binding, claim, leak.forms, victims).filter(
            ({ station }) => station === null || !exempt.has(station),
          ),
        };
      });
  });
}

/** ARP frames that put the VIP at a MAC that is not their sender's: the host that they name did nothing. */
function forgeries(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
): Finding[] {
  if (vip.directors.length === 0) return [];
  const exempt = exemptFrom(vip);
  const claims = binding.claims.filter(({ station }) => !vip.directors.includes(station));
  return forgedClaims(state, assignment, binding, claims).flatMap((found) => {
    const { claim, author, frames } = found;
    if (author === claim.station || (author !== null && vip.directors.includes(author))) return [];
    const rightful = directorAt(vip, binding, frames.first);
    return findingAgainstForger(state, binding, found, rightful, exempt, "address-impersonation") ?? [];
  });
}

function exemptFrom({ directors, realServers }: VipRoles): Set<Station> {
  return new Set([...directors, ...realServers.map(({ station }) => station)]);
}

/**
 * The claims of hosts that may not claim the VIP: all but its directors.
 *
 * Where no frame tells which MAC is the director, only a known real server is accused, and a host that is shown to be
 * another than the directors given: some host must own the VIP.
 */
function suspectClaims(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
): Claim[] {
  return binding.claims.filter((claim) => {
    const { station } = claim;
    if (vip.directors.includes(station) || isFramed(state, assignment, binding, claim)) return false;
    if (assignment.roleOf(station) === "real-server") return true;
    if (assignment.machines.isOneOf(binding, claim, vip.directors)) return false;
    if (fluxBeside(assignment, vip, binding, claim) !== null) return false;
    if (vip.directors.length === 0) return isAnotherThanGiven(assignment, vip, station);
    if (hasSucceededByAdverts(state, assignment, vip, binding, station)) return false;
    return !isFailover(state, assignment, vip, binding, claim);
  });
}

/**
 * Whether the host advertises the virtual router of a given director, and began when that one had resigned or was down: a
 * failover among directors of which not all were given. One that outbids a director in office is none.
 */
function hasSucceededByAdverts(
  { adverts }: NetworkView,
  { impostors }: RoleAssignment,
  { directors }: VipRoles,
  binding: Binding,
  station: Station,
): boolean {
  if (impostors.has(binding, station)) return false;
  return adverts.routersFor(binding.segment, binding.ip).some(({ terms }) =>
    terms.some(({ advertiser, interrupted }, index) => {
      const before = terms[index - 1]?.advertiser.station;
      const succeeds = advertiser.station === station && interrupted === null;
      return succeeds && before !== undefined && directors.includes(before);
    }),
  );
}

/**
 * Whether the host's own address is shown, on the network of a given director that no frame shows: then it is not that
 * director. An address from elsewhere may be the director's on another network.
 */
function isAnotherThanGiven(
  assignment: RoleAssignment,
  { unseenDirectors }: VipRoles,
  station: Station,
): boolean {
  const own = assignment.askedUnder(station);
  return own !== null && unseenDirectors.some((ip) => networkOf(ip) === networkOf(own));
}

/** A /24: the usual size of a segment's network, and a fair guess else. */
function networkOf(ip: number): number {
  return ip >> 8;
}

/** Whether others' frames alone put the VIP at the station's MAC. */
function isFramed(state: NetworkView, assignment: RoleAssignment, binding: Binding, claim: Claim): boolean {
  if (claim.isOwn || claim.proxied.size === 0) return false;
  const forged = forgedClaims(state, assignment, binding, [claim]);
  return forged.length > 0 && forged.every(({ author }) => author !== claim.station);
}

/** Of several directors the one that had spoken for the VIP last. */
function directorAt(vip: VipRoles, binding: Binding, at: Position): Station | null {
  let newest: Station | null = null;
  let newestOrdinal = -1;
  for (const director of vip.directors) {
    for (const { first, last } of binding.claimOf(director)?.tallies.values() ?? []) {
      const before = last.ordinal < at.ordinal ? last : first;
      if (before.ordinal < at.ordinal && before.ordinal > newestOrdinal) {
        newest = director;
        newestOrdinal = before.ordinal;
      }
    }
  }
  return newest ?? vip.directors[0] ?? null;
}

function firstOf(claim: Claim, forms: ReadonlySet<ClaimForm>): Position {
  return earliest([...claim.tallies].flatMap(([form, { first }]) => (forms.has(form) ? [first] : [])));
}

/** Traffic for the VIP that went to a real server though nobody was seen to claim it: the capture began too late. */
function bypassesWithoutClaim(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
): Finding[] {
  const exempt = exemptFrom(vip);
  const findings: Finding[] = [];
  const entries = entriesByOwner(state.caches.about(binding));
  for (const station of binding.receivers.keys()) {
    if (vip.directors.includes(station) || !isWrongReceiver(vip, station)) continue;
    // A host that gets the VIP's packets sends them on; a gateway gets them, too, and sends by its cache.
    const victims = unexplainedVictimsOf(binding, station, exempt, entries.get(station) ?? []).filter(
      (victim) => !binding.receivers.has(victim.station) || assignment.roleOf(victim.station) === "gateway",
    );
    if (victims.length === 0) continue;
    const positions = victims.map(({ used }) => used);
    const course = courseOf(state, binding, station, victims);
    const { bypass } = course;
    findings.push({
      kind: "vip-bypass",
      severity: severityOf("vip-bypass", "used"),
      stage: "used",
      ip: vip.ip,
      segment: binding.segment,
      claimant: station,
      rightful: directorAt(vip, binding, earliest(positions)),
      victims,
      ...course,
      first: earliest(positions),
      last: bypass?.last ?? latest(positions),
      count: bypass?.frames ?? victims.length,
      evidence: boundEvidence(evidenceOf(victims)),
      evidenceTotal: evidenceOf(victims).length,
    });
  }
  return findings;
}

function isWrongReceiver(vip: VipRoles, station: Station): boolean {
  if (vip.realServers.some((realServer) => realServer.station === station)) return true;
  return vip.directors.length > 0;
}

/** Golden rule 1: requests for the VIP that their senders had to repeat, because the director never answers. */
function unanswered(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
): Finding[] {
  // A host that claims the VIP itself may ask for it only to make the director look silent.
  const suspects = new Set(suspectClaims(state, assignment, vip, binding).map(({ station }) => station));
  const asks = binding.asks.unanswered.filter(
    ({ asker, askerIp, at }) =>
      // Who checks whether the address is free hopes for silence (RFC 5227).
      askerIp !== 0 &&
      !vip.directors.includes(asker) &&
      !suspects.has(asker) &&
      !vip.realServers.some((realServer) => realServer.station === asker) &&
      // Where no answer would have been captured, that there is none says nothing.
      state.vantage.shows(at.capture, vip.directors[0] ?? null, asker),
  );
  const [first] = asks;
  const last = asks.at(-1);
  if (first === undefined || last === undefined) return [];
  // An answer after the silence shows that the director can: that was an outage, which is not this fault.
  if (vip.directors.some((station) => repliedSince(binding, station, last.at))) return [];
  const director = vip.directors[0] ?? null;
  const evidence: Evidence[] = asks.map(({ at, asker }) => ({ what: "unanswered", at, by: asker }));
  return [
    {
      kind: "vip-unanswered",
      severity: severityOf("vip-unanswered", "claimed"),
      stage: "claimed",
      ip: vip.ip,
      segment: binding.segment,
      claimant: director,
      rightful: director,
      victims: [],
      bypass: null,
      first: first.at,
      last: last.at,
      count: binding.asks.unansweredCount,
      evidence: boundEvidence(evidence),
      evidenceTotal: binding.asks.unansweredCount,
    },
  ];
}

function repliedSince(binding: Binding, station: Station, at: Position): boolean {
  const reply = binding.claimOf(station)?.tallies.get("reply");
  return reply !== undefined && reply.last.ordinal > at.ordinal;
}
