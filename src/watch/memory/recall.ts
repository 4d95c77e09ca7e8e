import type { NetworkState } from "../../neighbours/network-state.ts";
import type { CaptureSummary } from "../../reports/report.ts";
import { timeText } from "../../reports/text.ts";
import type { KnownFinding, Recalled } from "../memory-port.ts";
import { restoreBinding } from "./binding-record.ts";
import { restoreEntry } from "./cache-record.ts";
import { FormerTime, type Place } from "./place.ts";
import type { StateRecord } from "./record.ts";
import { restoreGateway, restoreRole } from "./role-record.ts";
import { StationFinder } from "./station-finder.ts";

/** Of no frame that can be: a count of frames up to here leaves room for all that are to come. */
const HIGHEST_ORDINAL = 2 ** 52;

/**
 * What the records of a former run mean to the one that begins.
 *
 * @param name by which a person knows where they are from
 */
export function recallFrom(records: readonly StateRecord[], name: string): Recalled {
  const findings: KnownFinding[] = [];
  let ids = 0;
  for (const { what, is } of records) {
    if (what === "finding") findings.push(is);
    if (what === "ids") ids = is.given;
  }
  const places = records.flatMap(placesIn);
  return {
    // What was inferred is put into the state, as evidence among other: as a role given it could not be outgrown.
    findings,
    ids: Math.max(ids, ...findings.map(({ last }) => numberOf(last.id))),
    former: places.length === 0 ? [] : [formerCapture(places, name)],
    refill: (state) => refill(state, records, places),
  };
}

function refill(state: NetworkState, records: readonly StateRecord[], places: readonly Place[]): void {
  const newest = newestOf(places);
  if (newest === null || newest[3] > HIGHEST_ORDINAL) return;
  const time = new FormerTime(newest[1]);
  state.timeline.resume(time.position(newest));
  const find = new StationFinder(state.stations);
  for (const record of records) {
    if (record.what === "binding") restoreBinding(state, find, time, record.is);
  }
  for (const record of records) {
    if (record.what === "cache") restoreEntry(state, find, time, record.is);
    else if (record.what === "part") restoreRole(state, find, time, record.is);
    else if (record.what === "gateway") restoreGateway(state, find, time, record.is);
  }
}

/** The frames of all former runs, of which only what they showed is left. */
function formerCapture(places: readonly Place[], name: string): CaptureSummary {
  const times = places
    .map(([, seconds, nanoseconds]) => ({ seconds, nanoseconds }))
    .toSorted((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds);
  const [first] = times;
  const last = times.at(-1);
  return {
    file: `${name} (before this start)`,
    sha256: null,
    bytes: 0,
    format: "pcap",
    compression: null,
    verifiable: false,
    linkTypes: [],
    frames: newestOf(places)?.[3] ?? 0,
    first: first === undefined ? null : timeText(first),
    last: last === undefined ? null : timeText(last),
    complete: true,
    problem: null,
    notAnalysed: [],
    anomalies: {},
    interfaces: [],
    interfacesOmitted: 0,
    comments: [],
    commentsOmitted: 0,
    network: 0,
    duplicateOf: null,
    dropped: null,
  };
}

function newestOf(places: readonly Place[]): Place | null {
  return places.reduce<Place | null>(
    (newest, place) => (newest === null || place[3] > newest[3] ? place : newest),
    null,
  );
}

/** Enough of them for the newest to be among them. */
function placesIn(record: StateRecord): Place[] {
  switch (record.what) {
    case "binding": {
      const { claims, turns, passings, speakers } = record.is;
      return [
        ...claims.flatMap(({ tallies, lent }) => [
          ...tallies.flatMap(([, , , first, last]) => [first, last]),
          ...lent.flatMap(([, , , first, last]) => [first, last]),
        ]),
        ...turns.map(([, at]) => at),
        ...passings.map(([, , at]) => at),
        ...speakers.map(([, at]) => at),
      ];
    }
    case "cache":
      return record.is.history.flatMap(([at, , , , used, sent]) => [
        at,
        ...(used === null ? [] : [used]),
        ...(sent === null ? [] : [sent[3]]),
      ]);
    case "part":
    case "gateway":
      return [record.is.at];
    default:
      return [];
  }
}

/** `F12` → 12 */
function numberOf(id: string): number {
  const number = Number(/^F(\d{1,15})$/.exec(id)?.[1] ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}
