import { findingKindOf } from "../kinds/registry.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { Assessment, Finding } from "./finding.ts";

/** How sure the finding is; what the rule that found it says comes first. */
export function assess(finding: Finding, assignment: RoleAssignment): Assessment {
  if (finding.assessment !== undefined) return finding.assessment;
  const { kind, stage } = finding;
  if (stage === "used") return { certainty: "proven", why: "frames show traffic sent by the wrong entry" };
  const { evident } = findingKindOf(kind);
  if (evident !== undefined) return { certainty: "proven", why: evident };
  if (stage === "learned")
    return {
      certainty: "likely",
      why: "the neighbour model says that a cache took it; no frame shows the entry in use",
    };
  if (kind.startsWith("vip-") && hasKnownDirector(finding, assignment))
    return { certainty: "proven", why: "the claim is in the capture, and the VIP's director is known" };
  return { certainty: "likely", why: "who is right follows from how the claims come, not from traffic" };
}

function hasKnownDirector({ ip, segment }: Finding, { vips }: RoleAssignment): boolean {
  return vips.some((vip) => vip.ip === ip && vip.binding?.segment === segment && vip.directors.length > 0);
}
