import type { Finding } from "../findings/finding.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { holdersOf } from "../roles/holders.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { hostOf, positionOf } from "./references.ts";
import type { ReportedHolder } from "./report.ts";

/** Two that take turns fill any list; the count has them all. */
const HOLDERS_LISTED = 64;

/** Who held a VIP when, and how often it changed hands; hosts whose claims were found to be wrong are left out. */
export function reportHolders(
  state: NetworkView,
  assignment: RoleAssignment,
  findings: readonly Finding[],
  binding: Binding | null,
): { holders: ReportedHolder[]; leadershipChanges: number } {
  if (binding === null) return { holders: [], leadershipChanges: 0 };
  const wrong = findings
    .filter(({ ip, segment, severity }) => {
      return ip === binding.ip && segment === binding.segment && severity !== "notice";
    })
    .flatMap(({ claimant, named }) => [claimant, named]);
  const isRealServer = new Set(assignment.vipOf(binding)?.realServers.map(({ station }) => station));
  const { tenures } = holdersOf(state, assignment.machines, binding, (station) => {
    return isRealServer.has(station) || wrong.includes(station);
  });
  return {
    holders: tenures.slice(-HOLDERS_LISTED).map(({ card, from, to, form, announced }) => ({
      host: hostOf(assignment, card),
      from: positionOf(from),
      to: to === null ? null : positionOf(to),
      announced: announced !== null,
      form,
    })),
    leadershipChanges: Math.max(0, tenures.length - 1),
  };
}
