import type { FindingKind } from "../kinds/registry.ts";
import { isCard, type Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimForm, ProxiedTally } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { boundEvidence, evidenceOf, findingFromClaims } from "./build-finding.ts";
import type { Evidence, Finding } from "./finding.ts";
import { isSharedByGroup, proxyReasonOf } from "./proxied-claims.ts";
import { victimsOf } from "./victims.ts";

const CLAIMING: ReadonlySet<ClaimForm> = new Set(["request", "reply", "unsolicited-reply", "announcement"]);

/** Sent once, a frame may be a corrupt one, or a bridge's odd way; forgers repeat themselves. */
const REPEATED = 2;

/** Frames by which one card put an address at another's MAC, and who is to blame for them. */
export interface ForgedClaim {
  readonly claim: Claim;
  readonly sender: Station;
  readonly frames: ProxiedTally;
  /** The card that sent them, or the one that they name where the Ethernet source is forged. Null for neither. */
  readonly author: Station | null;
}

/** The frames for an address whose Ethernet source is not the MAC that they name, and nothing explains it. */
export function forgedClaims(
  state: NetworkView,
  assignment: RoleAssignment,
  binding: Binding,
  claims: readonly Claim[],
): ForgedClaim[] {
  return claims
    .filter((claim) => !isSharedByGroup(claim))
    .flatMap((claim) =>
      [...claim.proxied]
        .filter(([sender]) => proxyReasonOf(state, binding, claim, sender) === null)
        .map(([sender, frames]) => ({
          claim,
          sender,
          frames,
          author: authorOf(state, assignment, binding, claim, sender),
        })),
    );
}

/**
 * Nothing in a frame says which of its two MACs is the sender's own: a forger writes whatever he likes into both. So what
 * the two did otherwise decides. Where that tells nothing it is the Ethernet source, by which switches learn their ports.
 */
function authorOf(
  state: NetworkView,
  assignment: RoleAssignment,
  binding: Binding,
  { station: named }: Claim,
  sender: Station,
): Station | null {
  if (!isCard(sender)) return isCard(named) ? named : null;
  if (!isCard(named)) return sender;
  // A host hears nothing of what it sends: one that was taken in by the frame did not send it.
  if (believes(state, sender, named, binding.ip)) return named;
  const passesOn = assignment.relays.by(named).length > 0;
  if (passesOn && assignment.roleOf(named) !== "director" && assignment.roleOf(named) !== "gateway")
    return named;
  const [isSenderKnown, isNamedKnown] = [sender, named].map((station) =>
    hasPlace(assignment, station, binding.ip),
  );
  return isSenderKnown === true && isNamedKnown === false && isAlive(assignment, named) ? named : sender;
}

function believes({ caches }: NetworkView, host: Station, owner: Station, ip: number): boolean {
  const history = caches.entry(host, ip)?.history ?? [];
  return history.some((change) => change.owner === owner && change.used !== null);
}

/** Whether the station is somebody in the network besides this address. */
function hasPlace(assignment: RoleAssignment, station: Station, ip: number): boolean {
  const role = assignment.roleOf(station);
  if (role === "director" || role === "real-server" || role === "gateway") return true;
  return assignment.hasOtherAddress(station, ip);
}

function isAlive(assignment: RoleAssignment, station: Station): boolean {
  return assignment.known.isAlive(station);
}

/**
 * What forged frames amount to: with the card that sent them as the claimant, and the MAC that they name beside it.
 *
 * @param exempt hosts that may hold what they like for the address
 * @returns null where nothing tells a forger's frame from a corrupt one
 */
export function findingAgainstForger(
  state: NetworkView,
  binding: Binding,
  { claim, sender, frames, author }: ForgedClaim,
  rightful: Station | null,
  exempt: ReadonlySet<Station>,
  kind: FindingKind,
): Finding | null {
  const victims = victimsOf(state.caches.about(binding), binding, claim.station, CLAIMING, exempt);
  // A frame that was captured twice is one, and one of the evidence.
  const isRepeated = frames.evidence.length >= REPEATED;
  const isBelieved = victims.length > 0 && (isRepeated || !isCard(claim.station));
  const isProven = victims.some(({ used }) => used !== null);
  if (frames.unasked < REPEATED && !isBelieved && !isProven) return null;
  const finding = findingFromClaims(state, {
    kind,
    binding,
    claim,
    forms: CLAIMING,
    rightful,
    victims,
    exempt,
  });
  const claims = [...claim.tallies].flatMap(([form, tally]): Evidence[] =>
    tally.evidence
      .filter(({ sentBy }) => sentBy === sender)
      .map(({ at, targetIp }) => ({ what: "claim", at, form, targetIp })),
  );
  const { count, first, last } = frames;
  return {
    ...finding,
    claimant: author,
    ...(author === claim.station ? {} : { named: claim.station }),
    count,
    first,
    last,
    evidence: boundEvidence([...claims, ...evidenceOf(victims)]),
    evidenceTotal: count + evidenceOf(victims).length,
  };
}
