import type { Evidence, Finding } from "../findings/finding.ts";
import type { FindingAccount, Proof } from "../kinds/account.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { printable } from "../words/letters.ts";
import { hostOf } from "./references.ts";
import type { ReportedFinding } from "./report.ts";
import { ipText, macText } from "./text.ts";
import type { Wording } from "./wording.ts";

/** What of a reported finding its kind's words are made of. */
type Facts = Pick<
  ReportedFinding,
  | "severity"
  | "stage"
  | "ip"
  | "claimant"
  | "rightful"
  | "formerHolder"
  | "victims"
  | "episodes"
  | "bypass"
  | "races"
  | "prevention"
  | "preventionOmittedClaims"
  | "notObservable"
  | "first"
  | "last"
  | "count"
>;

/** The finding as its kind tells it: what the report has of it, and what only words, fix and filter need. */
export function accountOf(
  facts: Facts,
  finding: Finding,
  assignment: RoleAssignment,
  wording: Wording,
): FindingAccount {
  return {
    ...facts,
    named: finding.named === undefined ? null : macText(finding.named),
    proof: finding.evidence.map((evidence) => proofOf(evidence, assignment)),
    proofTotal: finding.evidenceTotal,
    inventory: finding.inventory === undefined ? null : printable(finding.inventory),
    virtualRouterId: finding.virtualRouterId ?? null,
    rightfulIp: finding.rightfulIp === undefined ? null : ipText(finding.rightfulIp),
    isVip: assignment.isVip(finding.ip),
    frameText: (place) => wording.frame(place),
  };
}

function proofOf(evidence: Evidence, assignment: RoleAssignment): Proof {
  const { what, at } = evidence;
  const place = { what, capture: at.capture, frame: at.frame };
  switch (evidence.what) {
    case "claim":
      return { ...place, form: evidence.form, targetIp: ipText(evidence.targetIp) };
    case "repeated":
      return { ...place, by: hostOf(assignment, evidence.by), isRequest: evidence.isRequest };
    case "has-role":
      return { ...place, by: hostOf(assignment, evidence.by), role: evidence.role };
    case "flooded":
    case "mismatched":
      return place;
    default:
      return { ...place, by: hostOf(assignment, evidence.by) };
  }
}
