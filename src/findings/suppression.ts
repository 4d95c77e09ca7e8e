import { LvsPcapError } from "../errors.ts";
import { FINDING_KINDS } from "../kinds/registry.ts";
import type { KnownException } from "../knowledge/exceptions.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Finding } from "./finding.ts";

/** @throws LvsPcapError `bad-usage` where an exception names a kind of finding that does not exist */
export function checkKinds(exceptions: readonly KnownException[]): void {
  for (const { kind, text } of exceptions) {
    if (kind === null || FINDING_KINDS.some((known) => known === kind)) continue;
    throw new LvsPcapError(
      "bad-usage",
      `known exception ${text}: kind is "${kind}"; expected a kind of finding, such as vip-reply`,
    );
  }
}

/** The findings, those marked that a known exception covers: they stay in the report and count for no verdict. */
export function suppress(findings: readonly Finding[], exceptions: readonly KnownException[]): Finding[] {
  if (exceptions.length === 0) return [...findings];
  return findings.map((finding) => {
    const exception = exceptions.find((known) => covers(known, finding));
    return exception === undefined ? finding : { ...finding, suppressedBy: exception.why ?? exception.text };
  });
}

function covers({ mac, ip, kind, untilSeconds }: KnownException, finding: Finding): boolean {
  const isCard = (station: Station | null | undefined) =>
    station != null && station.macHigh === mac?.high && station.macLow === mac.low;
  return (
    (mac === null || isCard(finding.claimant) || isCard(finding.named)) &&
    (ip === null || finding.ip === ip) &&
    (kind === null || finding.kind === kind) &&
    (untilSeconds === null || finding.first.seconds < untilSeconds)
  );
}
