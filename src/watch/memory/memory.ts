import { LvsPcapError } from "../../errors.ts";
import { systemCode, systemReason } from "../../files/system-error.ts";
import type { CacheEntry } from "../../neighbours/caches/cache-entry.ts";
import type { Binding } from "../../neighbours/claims/binding.ts";
import type { NetworkState } from "../../neighbours/network-state.ts";
import type { RoleAssignment } from "../../roles/role-assignment.ts";
import { printable } from "../../words/letters.ts";
import { addressOfIncident, incidentOfKey } from "../known-finding.ts";
import type { KnownFinding, Recalled, WatchMemory } from "../memory-port.ts";
import type { Say } from "../sinks/say.ts";
import { bindingRecord, bindingVersion } from "./binding-record.ts";
import { cacheRecord, type EntrySeen, hasChanged, seenOf } from "./cache-record.ts";
import { expectPrivate, makeDirectory } from "./directory.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { Journal } from "./journal.ts";
import { stationText } from "./place.ts";
import { recallFrom } from "./recall.ts";
import { bindingKey, cacheKey, keyOf, type StateRecord } from "./record.ts";
import { gatewayRecords, vipRoleRecords } from "./role-record.ts";
import { readStoredState } from "./stored-state.ts";

/** Between two rounds through all bindings. */
const ROUND_MS = 400;
/** Between two looks of a round, and how long each may take: frames come first. */
const LOOK_MS = 20;
const BUDGET_MS = 3;
const BINDINGS_AT_A_TIME = 32;
/** After a call with which all was written down, one more look at what came after it. */
const LAST_LOOK_MS = 300;
/** A part that is seen again and again is dated anew this often. */
const REDATE_SECONDS = 3600;

/** `--state`: bindings, caches, roles and findings in a directory, for the next start. */
export class StateMemory implements WatchMemory {
  private readonly directory: string;
  private readonly say: Say;
  /** Null where the disk has no room for one. */
  private readonly lock: DirectoryLock | null;
  private journal: Journal | null = null;
  private readonly versions = new Map<Binding, number>();
  private readonly entries = new Map<Binding, Map<CacheEntry, EntrySeen>>();
  private readonly reported = new Map<string, KnownFinding["last"]>();
  private readonly roles = new Map<string, { readonly gist: string; readonly seconds: number }>();
  private lookedAtMs = Number.NEGATIVE_INFINITY;
  private roundAtMs = Number.NEGATIVE_INFINITY;
  /** The look that is under way. */
  private round: Iterator<Binding> | null = null;
  private goOn: ((untilMs: number) => boolean) | null = null;
  private timer: NodeJS.Timeout | null = null;

  private constructor(directory: string, lock: DirectoryLock | null, say: Say) {
    this.directory = directory;
    this.lock = lock;
    this.say = say;
  }

  /** @throws LvsPcapError `bad-usage` where the directory cannot be used, or another watcher does */
  static open(directory: string, say: Say): StateMemory {
    try {
      makeDirectory(directory);
      expectPrivate(directory);
      return new StateMemory(directory, DirectoryLock.take(directory), say);
    } catch (error) {
      if (error instanceof LvsPcapError) throw error;
      // A full disk is no reason not to watch; the journal has more to write, and says so.
      if (systemCode(error) === "ENOSPC") return new StateMemory(directory, null, say);
      const reason = systemCode(error) === "EEXIST" ? "it is not a directory" : systemReason(error);
      throw new LvsPcapError("bad-usage", `--state ${directory}: cannot be used: ${reason}`, {
        cause: error,
      });
    }
  }

  async recall(): Promise<Recalled | null> {
    const { records, generation } = readStoredState(this.directory, this.say);
    const journal = new Journal(this.directory, generation, this.say);
    for (const [key, record] of records) journal.put(key, JSON.stringify(record));
    for (const record of records.values()) {
      if (record.what === "finding") this.reported.set(record.is.key, record.is.last);
    }
    await journal.begin();
    this.journal = journal;
    return records.size === 0 ? null : recallFrom([...records.values()], printable(this.directory));
  }

  keep(
    state: NetworkState,
    assignment: RoleAssignment,
    findings: readonly KnownFinding[],
    ids: number,
    reportedFindings: boolean,
  ): void {
    const { journal } = this;
    if (journal === null) return;
    if (reportedFindings) this.noteFindings(journal, state, findings, ids);
    const nowMs = performance.now();
    const isDue =
      this.round === null
        ? reportedFindings || nowMs - this.roundAtMs >= ROUND_MS
        : nowMs - this.lookedAtMs >= LOOK_MS;
    const isComplete = isDue && this.look(journal, state, assignment, nowMs + BUDGET_MS);
    journal.flush();
    this.goOn = (untilMs) => {
      const isDone = this.look(journal, state, assignment, untilMs);
      journal.flush();
      return isDone;
    };
    this.schedule(isComplete);
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    // To the end of this round, and once more all around.
    this.goOn?.(Number.POSITIVE_INFINITY);
    this.goOn?.(Number.POSITIVE_INFINITY);
    await this.journal?.close();
    if (this.journal !== null && this.journal.omitted > 0) {
      this.say(
        `state ${printable(this.directory)}: records left out because there were too many: ${this.journal.omitted}`,
      );
    }
    this.lock?.release();
  }

  /**
   * Goes on with a round through all bindings, for as long as frames can wait.
   *
   * @param untilMs when to stop, by the clock
   * @returns whether the round is complete
   */
  private look(journal: Journal, state: NetworkState, assignment: RoleAssignment, untilMs: number): boolean {
    this.lookedAtMs = performance.now();
    if (this.round === null) {
      this.roundAtMs = this.lookedAtMs;
      this.noteRoles(journal, state, assignment);
    }
    this.round ??= state.bindings[Symbol.iterator]();
    const originSeconds = state.timeline.beginSeconds ?? 0;
    for (let looked = 1; ; looked++) {
      const { done, value: binding } = this.round.next();
      if (done === true) break;
      this.noteBinding(journal, state, binding, originSeconds);
      if (looked % BINDINGS_AT_A_TIME === 0 && performance.now() >= untilMs) return false;
    }
    this.round = null;
    if (this.versions.size > state.bindings.size) this.forgetEvicted(journal, state);
    return true;
  }

  private noteBinding(journal: Journal, state: NetworkState, binding: Binding, originSeconds: number): void {
    const version = bindingVersion(binding);
    if (this.versions.get(binding) !== version) {
      this.versions.set(binding, version);
      const record = bindingRecord(binding);
      if (record !== null) put(journal, { what: "binding", is: record });
    }
    const seen = this.entries.get(binding) ?? new Map<CacheEntry, EntrySeen>();
    for (const entry of state.caches.about(binding)) {
      if (!hasChanged(entry, seen.get(entry))) continue;
      seen.set(entry, seenOf(entry));
      this.entries.set(binding, seen);
      put(journal, { what: "cache", is: cacheRecord(entry, originSeconds) });
    }
  }

  /** After the last frame nobody calls any more: what it taught is written down all the same. */
  private schedule(isComplete: boolean): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        this.timer = null;
        const wasComplete = this.round === null;
        const isDone = this.goOn?.(performance.now() + BUDGET_MS) ?? true;
        // A round that was under way may have passed by what changed since.
        if (!isDone || !wasComplete) this.schedule(false);
      },
      isComplete ? LAST_LOOK_MS : LOOK_MS,
    );
    this.timer.unref();
  }

  private forgetEvicted(journal: Journal, state: NetworkState): void {
    for (const binding of this.versions.keys()) {
      if (state.bindings.get(binding.segment, binding.ip) === binding) continue;
      this.versions.delete(binding);
      journal.drop(bindingKey(binding.segment, binding.ip));
      for (const { holder } of this.entries.get(binding)?.keys() ?? [])
        journal.drop(cacheKey(binding.segment, binding.ip, stationText(holder)));
      this.entries.delete(binding);
    }
  }

  private noteRoles(journal: Journal, { timeline }: NetworkState, assignment: RoleAssignment): void {
    const now = timeline.newest;
    if (now === null) return;
    const records = [
      ...vipRoleRecords(assignment, now).map((is) => ({ what: "part", is }) as const),
      ...gatewayRecords(assignment).map((is) => ({ what: "gateway", is }) as const),
    ];
    for (const record of records) {
      const key = keyOf(record);
      const { at, ...rest } = record.is;
      const gist = JSON.stringify(rest);
      const before = this.roles.get(key);
      if (before?.gist === gist && at[1] - before.seconds < REDATE_SECONDS) continue;
      this.roles.set(key, { gist, seconds: at[1] });
      put(journal, record);
    }
  }

  private noteFindings(
    journal: Journal,
    state: NetworkState,
    findings: readonly KnownFinding[],
    ids: number,
  ): void {
    const keys = new Set<string>();
    for (const finding of findings) {
      keys.add(finding.key);
      if (this.reported.get(finding.key) === finding.last) continue;
      this.reported.set(finding.key, finding.last);
      // What it is about goes first: so it is found again by what is remembered.
      const [segment = 0, ip = 0] = addressOfIncident(incidentOfKey(finding.key)).split("|").map(Number);
      const binding = state.bindings.get(segment, ip);
      if (binding !== undefined) this.noteBinding(journal, state, binding, state.timeline.beginSeconds ?? 0);
      put(journal, { what: "finding", is: finding });
    }
    for (const key of this.reported.keys()) {
      if (keys.has(key)) continue;
      this.reported.delete(key);
      journal.drop(`finding ${key}`);
    }
    put(journal, { what: "ids", is: { given: ids } });
  }
}

function put(journal: Journal, record: StateRecord): void {
  journal.put(keyOf(record), JSON.stringify(record));
}
