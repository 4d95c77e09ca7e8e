import { severityOf } from "../kinds/registry.ts";
import { earliest, latest } from "../neighbours/base/position.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimForm } from "../neighbours/claims/claim.ts";
import { forcedClaims, isOwnClaim } from "../roles/likely-owner.ts";
import type { RoutedVip } from "../roles/routed-vips.ts";
import { boundEvidence } from "./build-finding.ts";
import type { Evidence, Finding } from "./finding.ts";

/** Frames by which a host itself claims the address. */
const OWN_FORMS: ReadonlySet<ClaimForm> = new Set(["request", "reply", "unsolicited-reply", "announcement"]);
const ROUTES_SHOWN = 4;

/**
 * Claims to an address that its router sends to several hosts by routes: the entry that they make is not used.
 *
 * @returns null where a host that the router has no route to claims it by force, as no kernel does
 */
export function judgeInertLeaks(binding: Binding, routed: RoutedVip): Finding[] | null {
  const claims = binding.claims.filter((claim) => isOwnClaim(claim) && claim.station !== routed.router);
  const isStranger = ({ station }: Claim) => !routed.servers.includes(station);
  if (claims.some((claim) => isStranger(claim) && forcedClaims(claim) > 0)) return null;
  return claims.map((claim) => inertLeak(binding, routed, claim));
}

function inertLeak({ ip, segment }: Binding, routed: RoutedVip, claim: Claim): Finding {
  const tallies = [...claim.tallies].filter(([form]) => OWN_FORMS.has(form));
  const claimed = tallies.flatMap(([form, { evidence }]) =>
    evidence.map(({ at, targetIp }): Evidence => ({ what: "claim", at, form, targetIp })),
  );
  const routes = routed.evidence
    .slice(0, ROUTES_SHOWN)
    .map(
      (at, index): Evidence => ({ what: "routed", at, by: routed.router, to: routed.servers[index] ?? null }),
    );
  const count = tallies.reduce((sum, [, tally]) => sum + tally.count, 0);
  return {
    kind: "vip-leak-inert",
    severity: severityOf("vip-leak-inert", "claimed"),
    stage: "claimed",
    ip,
    segment,
    claimant: claim.station,
    rightful: null,
    victims: [],
    bypass: null,
    first: earliest(tallies.map(([, { first }]) => first)),
    last: latest(tallies.map(([, { last }]) => last)),
    count,
    evidence: boundEvidence([...claimed, ...routes]),
    evidenceTotal: count + routes.length,
  };
}
