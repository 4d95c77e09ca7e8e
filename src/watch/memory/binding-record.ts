import { MOST_SAVED_CLAIMS, MOST_SAVED_EVIDENCE, MOST_SAVED_OTHERS, MOST_SAVED_TURNS } from "../../limits.ts";
import type { Station } from "../../neighbours/base/station.ts";
import type { Binding } from "../../neighbours/claims/binding.ts";
import {
  Claim,
  type ClaimEvidence,
  type ClaimForm,
  type ClaimTally,
  type ProxiedTally,
} from "../../neighbours/claims/claim.ts";
import type { NetworkState } from "../../neighbours/network-state.ts";
import { type FormerTime, isMacText, isPlace, type Place, placeOf, stationText } from "./place.ts";
import {
  arrayOf,
  isBoolean,
  isCount,
  isInt32,
  isOneOf,
  objectOf,
  orAbsent,
  type Shape,
  tuple,
} from "./shape.ts";
import type { StationFinder } from "./station-finder.ts";

const FORMS: readonly ClaimForm[] = ["request", "reply", "unsolicited-reply", "announcement", "addressed"];

/** No rule asks for more frames of one's own than this. */
const MOST_OWN_FRAMES = 16;

const isEvidence = tuple(isPlace, isInt32, isMacText);
const isTally = tuple(isOneOf(FORMS), isCount, isCount, isPlace, isPlace, arrayOf(isEvidence));
const isLent = tuple(isMacText, isCount, isCount, isPlace, isPlace, arrayOf(isEvidence));
const isClaim = objectOf({
  mac: isMacText,
  /** Its kernel holds the address. */
  holds: isBoolean,
  needless: isCount,
  unprompted: orAbsent(isCount),
  tallies: arrayOf(isTally),
  lent: arrayOf(isLent),
  echoes: arrayOf(tuple(isMacText, isCount)),
  /** First and last frame of its own, its first answer to a question to everybody, and its first frame to everybody. */
  own: orAbsent(tuple(isPlace, isPlace)),
  answered: orAbsent(isPlace),
  toAll: orAbsent(isPlace),
});

export const isBindingRecord = objectOf({
  segment: isCount,
  ip: isInt32,
  claims: arrayOf(isClaim),
  turns: arrayOf(tuple(isMacText, isPlace, isOneOf(FORMS))),
  turnCount: isCount,
  passings: arrayOf(tuple(isMacText, isMacText, isPlace, isBoolean)),
  /** By passing: whose packets it passed on. */
  passingSources: orAbsent(arrayOf(arrayOf(isMacText))),
  passers: arrayOf(isMacText),
  served: arrayOf(isMacText),
  receivers: arrayOf(tuple(isMacText, arrayOf(isMacText))),
  speakers: arrayOf(tuple(isMacText, isPlace, isCount)),
  raceCounts: arrayOf(tuple(isMacText, isCount)),
});
export type BindingRecord = typeof isBindingRecord extends Shape<infer T> ? T : never;
type ClaimRecord = BindingRecord["claims"][number];

/** Grows with everything of a binding that is written down: cheap enough to be asked of all of them several times a second. */
export function bindingVersion(binding: Binding): number {
  let version =
    binding.turnCount +
    binding.passings.length +
    binding.receivers.size +
    binding.ipSenders.size +
    binding.served.size +
    binding.passers.size;
  for (const claim of binding.claims) {
    version += 1 + claim.needless + claim.unprompted + claim.proxied.size;
    if (claim.station.ownAddresses.has(binding.ip)) version += 0.5;
    for (const tally of claim.tallies.values()) version += tally.count;
  }
  return version;
}

/** Null where there is nothing to tell: an address that was only asked for. */
export function bindingRecord(binding: Binding): BindingRecord | null {
  const { segment, ip, claims, turnCount } = binding;
  if (claims.length === 0 && binding.receivers.size === 0 && binding.ipSenders.size === 0) return null;
  const kept =
    claims.length <= MOST_SAVED_CLAIMS
      ? claims
      : [...claims.slice(0, MOST_SAVED_CLAIMS - 8), ...claims.slice(-8)];
  return {
    segment,
    ip,
    claims: kept.map((claim) => claimRecord(claim, ip)),
    turns: binding.turns
      .slice(-MOST_SAVED_TURNS)
      .map(({ station, at, form }) => [stationText(station), placeOf(at), form]),
    turnCount,
    passings: binding.passings
      .slice(0, MOST_SAVED_OTHERS)
      .map(({ from, to, at, proven }) => [stationText(from), stationText(to), placeOf(at), proven]),
    passingSources: binding.passings.slice(0, MOST_SAVED_OTHERS).map(({ sources }) => texts(sources)),
    passers: texts(binding.passers),
    served: texts(binding.served),
    receivers: [...binding.receivers]
      .slice(0, MOST_SAVED_OTHERS)
      .map(([receiver, senders]) => [stationText(receiver), texts(senders)]),
    speakers: [...binding.ipSenders]
      .slice(0, MOST_SAVED_OTHERS)
      .map(([station, { at, ttl }]) => [stationText(station), placeOf(at), ttl]),
    raceCounts: [...binding.asks.raceCounts]
      .slice(0, MOST_SAVED_OTHERS)
      .map(([station, count]) => [stationText(station), count]),
  };
}

/** Puts a binding into a state that has seen no frame yet. */
export function restoreBinding(
  state: NetworkState,
  find: StationFinder,
  time: FormerTime,
  record: BindingRecord,
): void {
  const { segment, ip } = record;
  const station = (mac: string) => find.station(segment, mac);
  const binding = state.bindings.of(segment, ip);
  for (const claim of record.claims) binding.claims.push(restoredClaim(claim, ip, station, time));
  for (const [mac, at, form] of record.turns) {
    binding.turns.push({ station: station(mac), at: time.position(at), form });
  }
  binding.turnCount = Math.max(record.turnCount, record.turns.length);
  binding.holderChanges = binding.turnCount;
  binding.lastTurn = binding.turns.at(-1)?.station ?? null;
  for (const [index, [from, to, at, proven]] of record.passings.entries()) {
    const passing = binding.passing(station(from), station(to), time.position(at));
    passing.proven = proven;
    for (const mac of record.passingSources?.[index] ?? []) passing.sources.add(station(mac));
  }
  for (const mac of record.passers) binding.passers.add(station(mac));
  for (const mac of record.served) binding.served.add(station(mac));
  for (const [receiver, senders] of record.receivers) {
    for (const sender of senders) binding.addReceiver(station(receiver), station(sender));
  }
  for (const [mac, at, ttl] of record.speakers) binding.addIpSender(station(mac), time.position(at), ttl);
  for (const [mac, count] of record.raceCounts) binding.asks.raceCounts.set(station(mac), count);
}

function claimRecord(claim: Claim, ip: number): ClaimRecord {
  return {
    mac: stationText(claim.station),
    holds: claim.station.ownAddresses.has(ip),
    needless: claim.needless,
    unprompted: claim.unprompted === 0 ? undefined : claim.unprompted,
    tallies: [...claim.tallies].map(([form, tally]) => [
      form,
      tally.count,
      claim.ownFrames(form),
      ...spanOf(tally),
    ]),
    lent: [...claim.proxied]
      .slice(0, MOST_SAVED_OTHERS)
      .map(([sender, tally]) => [stationText(sender), tally.count, tally.unasked, ...spanOf(tally)]),
    echoes: [...claim.echoes].slice(0, MOST_SAVED_OTHERS).map(([of, count]) => [stationText(of), count]),
    own:
      claim.ownFirst === null || claim.ownLast === null
        ? undefined
        : [placeOf(claim.ownFirst), placeOf(claim.ownLast)],
    answered: claim.firstAnswer === null ? undefined : placeOf(claim.firstAnswer),
    toAll: claim.firstToAll === null ? undefined : placeOf(claim.firstToAll),
  };
}

function spanOf({ first, last, evidence }: ClaimTally): [Place, Place, EvidenceRecord[]] {
  return [placeOf(first), placeOf(last), evidence.slice(0, MOST_SAVED_EVIDENCE).map(evidenceRecord)];
}

function evidenceRecord({ at, targetIp, sentBy }: ClaimEvidence): EvidenceRecord {
  return [placeOf(at), targetIp, stationText(sentBy)];
}

type EvidenceRecord = typeof isEvidence extends Shape<infer T> ? T : never;

function restoredClaim(
  record: ClaimRecord,
  ip: number,
  station: (mac: string) => Station,
  time: FormerTime,
): Claim {
  const claim = new Claim(station(record.mac));
  const evidenceOf = ([at, targetIp, sentBy]: EvidenceRecord): ClaimEvidence => ({
    at: time.position(at),
    targetIp,
    sentBy: station(sentBy),
  });
  claim.station.hasClaimed = true;
  if (record.holds) claim.station.ownAddresses.add(ip);
  claim.needless = record.needless;
  claim.unprompted = record.unprompted ?? 0;
  for (const [form, count, own, first, last, kept] of record.tallies) {
    const evidence = kept.map(evidenceOf);
    const at = time.position(first);
    // What counts as a frame of its own is known to the claim alone.
    for (let frame = 0; frame < Math.min(own, MOST_OWN_FRAMES); frame++) {
      claim.add(form, { at, targetIp: evidence[0]?.targetIp ?? 0, sentBy: claim.station });
    }
    claim.tallies.set(form, { count, first: at, last: time.position(last), evidence });
  }
  for (const [mac, count, unasked, first, last, kept] of record.lent) {
    const tally: ProxiedTally = {
      count,
      unasked,
      first: time.position(first),
      last: time.position(last),
      evidence: kept.map(evidenceOf),
    };
    claim.proxied.set(station(mac), tally);
  }
  for (const [mac, count] of record.echoes) claim.echoes.set(station(mac), count);
  if (record.own !== undefined) {
    claim.ownFirst = time.position(record.own[0]);
    claim.ownLast = time.position(record.own[1]);
  }
  if (record.answered !== undefined) claim.firstAnswer = time.position(record.answered);
  if (record.toAll !== undefined) claim.firstToAll = time.position(record.toAll);
  return claim;
}

function texts(stations: Iterable<Station>): string[] {
  return [...stations].slice(0, MOST_SAVED_OTHERS).map(stationText);
}
