import type { Finding } from "../findings/finding.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { BindingTable } from "../neighbours/claims/binding-table.ts";
import type { Ending } from "../reports/event.ts";
import type { ReportedFinding } from "../reports/report.ts";
import { macText } from "../reports/text.ts";
import { UNSEEN_MAC } from "../words/hosts.ts";

/** A finding that fooled nobody is over when no frame of it came for so long; one that did, after a day. */
const CEASED_NS = 600_000_000_000;
const FORGOTTEN_NS = 86_400_000_000_000;

/** What makes a finding one and the same from one look to the next: what happened, to which address, by whom. */
export function keyOf({ kind, segment, ip, claimant, named, formerHolder }: Finding): string {
  return [kind, segment, ip, stationKey(claimant ?? formerHolder ?? null), stationKey(named ?? null)].join(
    "|",
  );
}

/** What makes it the same incident though it is seen otherwise by now. */
export function incidentOf({ segment, ip, claimant, formerHolder }: Finding): string {
  return [segment, ip, stationKey(claimant ?? formerHolder ?? null)].join("|");
}

/** The same of a key. */
export function incidentOfKey(key: string): string {
  return key.split("|").slice(1, 4).join("|");
}

/** As in a key. */
export function addressOf({ segment, ip }: Pick<Finding, "segment" | "ip">): string {
  return `${segment}|${ip}`;
}

/** Segment and address of a key or an incident: what several findings about one address have in common. */
export function addressOfIncident(incident: string): string {
  return incident.split("|").slice(0, 2).join("|");
}

/** All of a finding that is worth telling at once when it changes. What only grows is left out. */
export function gistOf({ kind, stage, severity, claimant, rightful, bypass, victims }: Finding): string {
  const fooled = victims.map(({ station, learned, used, restored }) =>
    [macText(station), learned !== null, used !== null, restored !== null].join(),
  );
  const suspect = claimant === null ? UNSEEN_MAC : macText(claimant);
  const owner = rightful === null ? "" : macText(rightful);
  return [kind, stage, severity, suspect, owner, bypass?.endedBy, ...fooled].join("|");
}

/** The same of a finding that was told. */
export function reportedGist({
  kind,
  stage,
  severity,
  claimant,
  rightful,
  bypass,
  victims,
}: ReportedFinding): string {
  const fooled = victims.map(({ mac, learned, used, restored }) =>
    [mac, learned !== null, used !== null, restored !== null].join(),
  );
  return [kind, stage, severity, claimant.mac, rightful?.mac ?? "", bypass?.endedBy, ...fooled].join("|");
}

/** The newest frame that has to do with it. */
export function newestOf({ last, bypass, victims }: Finding): Position {
  let newest = last;
  for (const { restored } of victims)
    if (restored !== null && restored.ordinal > newest.ordinal) newest = restored;
  return bypass !== null && bypass.last.ordinal > newest.ordinal ? bypass.last : newest;
}

/** Whether it is over, and how. */
export function endingOf(finding: Finding, nowNs: number): Ending | null {
  const { victims } = finding;
  if (victims.length > 0 && victims.every(({ restored }) => restored !== null)) return "healed";
  const quietNs = nowNs - newestOf(finding).timeNs;
  return quietNs > (victims.length === 0 ? CEASED_NS : FORGOTTEN_NS) ? "ceased" : null;
}

/** How often the address changed hands so far, and whether it was between the two of the finding at last. */
export function turnOf(
  bindings: BindingTable,
  { segment, ip, claimant, rightful, named }: Finding,
): { readonly count: number; readonly isItsOwn: boolean } {
  const binding = bindings.get(segment, ip);
  const isParty = (station: Station | null | undefined) =>
    station != null && (station === claimant || station === rightful || station === named);
  return {
    count: binding?.turnCount ?? 0,
    isItsOwn: isParty(binding?.lastTurn) && isParty(binding?.turnBefore),
  };
}

function stationKey(station: Station | null): string {
  return station === null ? "-" : `${station.macHigh},${station.macLow}`;
}
