import type { Expectation } from "../findings/expectations.ts";
import type { HostName } from "../knowledge/roles.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { hostOf, positionOf } from "./references.ts";
import type { ReportedExpectation } from "./report.ts";
import { ipText, macText, vlanOf } from "./text.ts";
import type { Wording } from "./wording.ts";

/** What a promise of the topology came to. */
export function reportExpectation(
  expectation: Expectation,
  assignment: RoleAssignment,
  wording: Wording,
): ReportedExpectation {
  const { kind, result, ip, segment, expected, seen, evidence } = expectation;
  return {
    kind,
    result,
    ip: ip === null ? null : ipText(ip),
    vlan: vlanOf(segment),
    expected: expected.map(nameText),
    seen: seen && hostOf(assignment, seen),
    what: sentence(expectation, wording),
    evidence: evidence.map(positionOf),
  };
}

function sentence(expectation: Expectation, wording: Wording): string {
  const { kind, result, expected, seen, evidence, seenForwarding, expectedForwarding } = expectation;
  const ip = expectation.ip === null ? "" : ipText(expectation.ip);
  const names = expected.map(nameText).join(" or ");
  const who = seen === null ? "nobody" : wording.fullName(seen);
  const frame = evidence[0] === undefined ? "" : ` (${wording.frame(evidence[0])})`;
  switch (kind) {
    case "vip-owner":
      if (result === "violated") return `${who} claims VIP ${ip}${frame}; only ${names} may`;
      if (result === "met") return `${who} claims VIP ${ip}${frame}, and nobody else does`;
      return seen === null
        ? `no frame shows who owns VIP ${ip}; expected ${names}`
        : `${who} claims VIP ${ip}${frame}; no frame shows whether that is ${names}`;
    case "real-server-silent":
      if (result === "violated") return `real server ${names} claims VIP ${ip}${frame}; it must not`;
      return result === "met"
        ? `real server ${names} never claims VIP ${ip}`
        : `no frame shows real server ${names}`;
    case "forwarding":
      return seenForwarding === null
        ? `no frame shows how ${names} gets the packets for ${ip}; expected ${expectedForwarding}`
        : `${names} gets the packets for ${ip} by ${seenForwarding}; expected ${expectedForwarding}`;
    case "gateway":
      if (result === "violated")
        return `${who} claims the gateway's address ${ip}${frame}; only ${names} may`;
      return result === "met"
        ? `gateway ${names} is there, and nobody else claims to be it`
        : `no frame shows gateway ${names}`;
  }
}

function nameText({ ip, mac }: HostName): string {
  const parts = [ip === null ? null : ipText(ip), mac && macText({ macHigh: mac.high, macLow: mac.low })];
  return parts.filter((part) => part !== null).join(" at ");
}
