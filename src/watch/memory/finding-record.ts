import { BYPASS_ENDS, CERTAINTIES, OUTCOMES } from "../../findings/finding.ts";
import { SETTINGS } from "../../kinds/account.ts";
import { FINDING_KINDS } from "../../kinds/registry.ts";
import { SEVERITIES, STAGES } from "../../kinds/severity.ts";
import { parseIpv4 } from "../../knowledge/address.ts";
import { NEIGHBOUR_MODELS } from "../../neighbours/caches/models/model.ts";
import { ENDINGS, type FindingEvent } from "../../reports/event.ts";
import type {
  Host,
  PreventionSettings,
  ReportedBypass,
  ReportedDisagreement,
  ReportedEpisode,
  ReportedFixStep,
  ReportedPosition,
  ReportedRace,
  ReportedVictim,
} from "../../reports/report.ts";
import { ROLES } from "../../roles/role-assignment.ts";
import type { KnownFinding } from "../memory-port.ts";
import { isMacText } from "./place.ts";
import {
  arrayOf,
  isBoolean,
  isCount,
  isNumber,
  isOneOf,
  isString,
  objectOf,
  orNull,
  type Shape,
} from "./shape.ts";

/** What came from a file goes to terminals and logs: it is taken only if it is what the report would have said. */

const isIpText: Shape<string> = (value): value is string =>
  typeof value === "string" && parseIpv4(value) !== null;
const isTime: Shape<string> = (value): value is string =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(value);
/** No control or format character, so that it steers no terminal. */
const isSentence: Shape<string> = (value): value is string =>
  isString(value) && value.length < 10_000 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(value);

const isHost: Shape<Host> = objectOf({ mac: isMacText, ip: orNull(isIpText), role: isOneOf(ROLES) });
const isPosition: Shape<ReportedPosition> = objectOf({ capture: isCount, frame: isCount, time: isTime });
const maybePosition = orNull(isPosition);
const hostKeys = { mac: isMacText, ip: orNull(isIpText), role: isOneOf(ROLES) };

const isVictim: Shape<ReportedVictim> = objectOf({
  ...hostKeys,
  learned: maybePosition,
  used: maybePosition,
  restored: maybePosition,
  restoredBy: orNull(isSentence),
  episodes: arrayOf(isCount),
});
const isDisagreement: Shape<ReportedDisagreement> = objectOf({
  model: isOneOf(NEIGHBOUR_MODELS),
  hosts: arrayOf(
    objectOf({ ...hostKeys, outcome: isOneOf(OUTCOMES), learned: maybePosition, restored: maybePosition }),
  ),
  why: isSentence,
});
const strayKeys = {
  frames: isCount,
  bytes: isCount,
  flows: isCount,
  answered: isCount,
  answeredByOthers: isCount,
  reset: isCount,
  unanswered: isCount,
  first: isPosition,
  last: isPosition,
  endedBy: isOneOf(BYPASS_ENDS),
  ended: isPosition,
  durationNs: isNumber,
};
const isEpisode: Shape<ReportedEpisode> = objectOf({
  claimed: maybePosition,
  learned: maybePosition,
  used: maybePosition,
  restored: maybePosition,
  restoredBy: orNull(isSentence),
  bypass: orNull(objectOf(strayKeys)),
});
const isBypass: Shape<ReportedBypass> = objectOf({ ...strayKeys, elsewhere: isCount });
const isRace: Shape<ReportedRace> = objectOf({
  request: isPosition,
  answers: arrayOf(objectOf({ position: isPosition, by: isHost, delayNs: isNumber })),
});
const isFixStep: Shape<ReportedFixStep> = objectOf({
  host: orNull(isHost),
  what: isSentence,
  setting: orNull(isSentence),
  scope: orNull(isSentence),
  value: orNull(isSentence),
  command: orNull(isSentence),
  note: orNull(isSentence),
});
const isPrevention: Shape<PreventionSettings> = objectOf({
  host: isHost,
  settings: arrayOf(isOneOf(SETTINGS)),
  enough: isBoolean,
});

const isFindingEvent: Shape<FindingEvent> = objectOf({
  event: isOneOf(["opened", "updated", "restored"]),
  at: isTime,
  ending: orNull(isOneOf(ENDINGS)),
  id: isSentence,
  kind: isOneOf(FINDING_KINDS),
  severity: isOneOf(SEVERITIES),
  stage: isOneOf(STAGES),
  ip: isIpText,
  vlan: orNull(isCount),
  claimant: isHost,
  rightful: orNull(isHost),
  formerHolder: orNull(isHost),
  certainty: isOneOf(CERTAINTIES),
  why: isSentence,
  suppressedBy: orNull(isSentence),
  victims: arrayOf(isVictim),
  models: arrayOf(isDisagreement),
  episodes: arrayOf(isEpisode),
  bypass: orNull(isBypass),
  races: arrayOf(isRace),
  racesTotal: isCount,
  prevention: arrayOf(isPrevention),
  preventionOmittedClaims: isCount,
  notObservable: arrayOf(isHost),
  first: isPosition,
  last: isPosition,
  count: isCount,
  evidence: arrayOf(objectOf({ capture: isCount, frame: isCount, time: isTime, what: isSentence })),
  evidenceTotal: isCount,
  summary: isSentence,
  fix: arrayOf(isFixStep),
  remedy: arrayOf(isSentence),
  displayFilter: isSentence,
});

export const isFindingRecord: Shape<KnownFinding> = objectOf({
  key: isSentence,
  isOpen: isBoolean,
  last: isFindingEvent,
});
