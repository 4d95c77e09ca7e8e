import type { Expected, HostRecord, Mark } from "./model.ts";

/**
 * Holds what a scenario expects against what the kernels really held: the victims of a finding are exactly those
 * hosts whose table had the claimant's MAC for the address at one of the marks.
 */
export function disagreements(
  expected: Expected,
  hosts: readonly HostRecord[],
  marks: readonly Mark[],
): string[] {
  const problems: string[] = [];
  const claims = new Map<string, Set<string>>();
  for (const finding of expected.findings) {
    const key = `${finding.ip} at ${finding.claimant}`;
    const victims = claims.get(key) ?? new Set<string>();
    for (const victim of finding.victims) victims.add(victim);
    claims.set(key, victims);
    if ((finding.stage === "claimed") !== (finding.victims.length === 0))
      problems.push(`${finding.kind} ${key}: stage ${finding.stage} with ${finding.victims.length} victims`);
  }
  for (const [key, victims] of claims) {
    const held = new Set<string>();
    for (const host of hosts) {
      if (marks.some((mark) => holds(mark, host.name, key))) held.add(host.mac);
    }
    // A host that holds a scanner's own address right is no victim of the scan.
    if (hosts.some((host) => key === `${host.addresses[0]} at ${host.mac}`)) continue;
    if ([...held].sort().join() !== [...victims].sort().join())
      problems.push(`${key}: expected in [${[...victims].join(", ")}], found in [${[...held].join(", ")}]`);
  }
  return problems;
}

function holds(mark: Mark, host: string, claim: string): boolean {
  const entries = mark.neighbours[host] ?? [];
  return entries.some((entry) => `${entry.dst} at ${entry.lladdr ?? ""}` === claim);
}
