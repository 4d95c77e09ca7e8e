import { ArpOperation } from "../decode/facts.ts";
import { type FindingKind, severityOf } from "../kinds/registry.ts";
import { MOST_MISMATCHES } from "../limits.ts";
import type { Position } from "../neighbours/base/position.ts";
import { isCard, type Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ProxiedTally } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { Evidence, Finding } from "./finding.ts";
import { isSharedByGroup, proxyReasonOf } from "./proxied-claims.ts";

/** What is worth knowing and accuses nobody. */
export function judgeNotices(state: NetworkView, findings: readonly Finding[]): Finding[] {
  return [...scans(state), ...storms(state), ...floods(state), ...mismatches(state, findings)];
}

interface Noticed {
  readonly kind: FindingKind;
  readonly ip: number;
  readonly claimant: Station;
  readonly first: Position;
  readonly last: Position;
  readonly count: number;
  readonly evidence: readonly Evidence[];
}

function notice(noticed: Noticed): Finding {
  return {
    ...noticed,
    severity: severityOf(noticed.kind, "claimed"),
    stage: "claimed",
    segment: noticed.claimant.segment,
    rightful: null,
    victims: [],
    bypass: null,
    evidenceTotal: noticed.count,
  };
}

function scans(state: NetworkView): Finding[] {
  return [...state.stations].flatMap((station) => {
    const { sweep } = station;
    const ip = station.ownAddresses.values().next().value;
    if (sweep === null || ip === undefined) return [];
    const { first, last, requests } = sweep;
    const evidence = [first, last].map((at): Evidence => ({ what: "swept", at, by: station }));
    return [notice({ kind: "arp-scan", ip, claimant: station, first, last, count: requests, evidence })];
  });
}

/** One frame again and again: a loop in the network, or a program that does not wait. */
function storms(state: NetworkView): Finding[] {
  return state.arpObserver.storms.found.map(({ station, ip, operation, first, last, frames }) => {
    const isRequest = operation === ArpOperation.Request;
    const evidence = [first, last].map((at): Evidence => ({ what: "repeated", at, by: station, isRequest }));
    return notice({ kind: "arp-storm", ip, claimant: station, first, last, count: frames, evidence });
  });
}

function floods(state: NetworkView): Finding[] {
  return state.arpObserver.floodDetector.floods.map(({ sender, ip, first, last, frames, stations }) => {
    const evidence = [first, last].map((at): Evidence => ({ what: "flooded", at, stations }));
    return notice({ kind: "arp-flood", ip, claimant: sender, first, last, count: frames, evidence });
  });
}

/** ARP frames whose sender is not the card that sent them, and nothing tells why. */
function mismatches(state: NetworkView, findings: readonly Finding[]): Finding[] {
  const suspects = new Set(
    findings.filter(({ severity }) => severity !== "notice").map(({ claimant }) => claimant),
  );
  const found: { binding: Binding; claim: Claim; sender: Station; tally: ProxiedTally }[] = [];
  for (const binding of state.bindings) {
    for (const claim of binding.claims) {
      if (isSharedByGroup(claim)) continue;
      for (const [sender, tally] of claim.proxied) {
        // Who forges also puts things right in the owner's name. A source that is no card's was judged by the card named.
        if (
          suspects.has(sender) ||
          (!isCard(sender) && suspects.has(claim.station)) ||
          proxyReasonOf(state, binding, claim, sender) !== null
        )
          continue;
        found.push({ binding, claim, sender, tally });
      }
    }
  }
  return found
    .toSorted((a, b) => b.tally.count - a.tally.count)
    .slice(0, MOST_MISMATCHES)
    .map(({ binding, claim, sender, tally: { count, first, last, evidence } }) => ({
      ...notice({
        kind: "sender-mismatch",
        ip: binding.ip,
        claimant: sender,
        first,
        last,
        count,
        evidence: evidence
          .slice(0, 4)
          .map(({ at, targetIp }): Evidence => ({ what: "mismatched", at, targetIp, named: claim.station })),
      }),
      named: claim.station,
    }));
}
