import type { NetworkState } from "../neighbours/network-state.ts";
import type { Finding } from "./finding.ts";

/** What is worth knowing and accuses nobody. */
export function judgeNotices(state: NetworkState): Finding[] {
  return scans(state);
}

function scans(state: NetworkState): Finding[] {
  const findings: Finding[] = [];
  for (const station of state.stations) {
    const { sweep } = station;
    const ip = station.ownAddresses.values().next().value;
    if (sweep === null || ip === undefined) continue;
    findings.push({
      kind: "arp-scan",
      severity: "notice",
      stage: "claimed",
      ip,
      segment: station.segment,
      claimant: station,
      rightful: null,
      victims: [],
      bypass: null,
      first: sweep.first,
      last: sweep.last,
      count: sweep.requests,
      evidence: [
        { what: "swept", at: sweep.first, by: station },
        { what: "swept", at: sweep.last, by: station },
      ],
      evidenceTotal: sweep.requests,
    });
  }
  return findings;
}
