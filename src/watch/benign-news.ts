import type { Benign } from "../findings/benign.ts";
import { reportBenign } from "../reports/build-report.ts";
import type { BenignEvent } from "../reports/event.ts";
import type { Wording } from "../reports/wording.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { CaptureMoment } from "./capture-time.ts";
import { FORMER_CAPTURE } from "./memory/place.ts";

/** Who has only just fallen silent may speak again; until then it is not said that the address moved. */
const SILENCE_NS = 3_000_000_000;

/** Which innocent explanations were told: each is told once, for as long as it holds. */
export class BenignNews {
  /** Whether something waits to be told. */
  isHolding = false;
  private reported = new Set<string>();

  /** @param benign all that hold now */
  of(
    benign: readonly Benign[],
    { nowNs, at }: CaptureMoment,
    assignment: RoleAssignment,
    wording: Wording,
  ): BenignEvent[] {
    const events: BenignEvent[] = [];
    // Only those that hold are remembered: so there are never more than the tables have room for.
    const holding = new Set<string>();
    this.isHolding = false;
    for (const change of benign) {
      const key = keyOf(change);
      // What happened before a restart was told then.
      if (this.reported.has(key) || change.first.capture === FORMER_CAPTURE) {
        holding.add(key);
      } else if (change.reason.why === "fell-silent" && nowNs - change.first.timeNs < SILENCE_NS) {
        this.isHolding = true;
      } else if (!holding.has(key)) {
        holding.add(key);
        events.push({ event: "benign", at, ...reportBenign(change, assignment, wording) });
      }
    }
    this.reported = holding;
    return events;
  }
}

function keyOf({ kind, segment, ip, from, to, first, reason }: Benign): string {
  const parties = [from, to].map((station) =>
    station === null ? "-" : `${station.macHigh},${station.macLow}`,
  );
  return [kind, reason.why, segment, ip, ...parties, first.ordinal].join("|");
}
