import type { Finding } from "../findings/finding.ts";
import { findingKindOf } from "../kinds/registry.ts";
import { MOST_LIVE_FINDINGS } from "../limits.ts";
import type { Ending, FindingEvent } from "../reports/event.ts";
import type { ReportedFinding } from "../reports/report.ts";
import {
  addressOfIncident,
  endingOf,
  gistOf,
  incidentOf,
  incidentOfKey,
  keyOf,
  newestOf,
  reportedGist,
} from "./known-finding.ts";
import { FORMER_CAPTURE } from "./memory/place.ts";
import type { KnownFinding, Recalled } from "./memory-port.ts";

/** What only grows is told after this, and each further time after twice as long. */
const FIRST_REPEAT_NS = 10_000_000_000;
const LONGEST_REPEAT_NS = 3_600_000_000_000;

/** What is recalled and not seen again for so long is over. */
const UNSEEN_NS = 3_600_000_000_000;

/** One look at the findings: all of them, or those about some addresses. */
export interface Look {
  readonly findings: readonly Finding[];
  /** Whether what is not among the findings is no longer there; else only these were looked at. */
  readonly isAll: boolean;
  /** Whether no other follows: then what was held back is told, too. */
  readonly isLast: boolean;
  /** Time of the capture, in nanoseconds of its timeline and as RFC 3339. */
  readonly nowNs: number;
  readonly at: string;
  /** How often the address changed hands so far, and whether it was between the two of the finding at last. */
  turnOf(finding: Finding): { readonly count: number; readonly isItsOwn: boolean };
  describe(finding: Finding, id: string): ReportedFinding;
  /** Whether the finding's address is no longer tracked, because the tables were full. */
  isForgotten(known: Pick<KnownFinding, "last">): boolean;
  /** Of a finding recalled from before the start: whether the caches show that it is over. */
  isHealed(known: KnownFinding): boolean;
}

interface Entry {
  readonly id: string;
  key: string;
  isOpen: boolean;
  last: FindingEvent;
  gist: string;
  turns: number;
  /** The newest frame told of. */
  newestOrdinal: number;
  count: number;
  /** How often caches were wrong, as told. */
  episodes: number;
  repeatNs: number;
  nextRepeatNs: number;
  /** Not seen since the start. */
  isRecalled: boolean;
  /** No longer found: later frames explain it. */
  isGone: boolean;
}

/** Which findings are known, open or over; and so which of what is found is worth telling. */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly tell: (event: FindingEvent) => void;
  private given = 0;
  /** Findings that were more than can be kept in mind. */
  omitted = 0;

  constructor(tell: (event: FindingEvent) => void) {
    this.tell = tell;
  }

  recall({ findings, ids }: Recalled): void {
    this.given = ids;
    for (const { key, isOpen, last } of findings) {
      this.entries.set(key, {
        id: last.id,
        key,
        isOpen,
        last,
        gist: reportedGist(last),
        turns: 0,
        newestOrdinal: -1,
        count: 0,
        episodes: last.episodes.length,
        repeatNs: FIRST_REPEAT_NS,
        nextRepeatNs: 0,
        isRecalled: true,
        isGone: false,
      });
    }
  }

  /** How many `id`s were given out. */
  get ids(): number {
    return this.given;
  }

  known(): KnownFinding[] {
    return [...this.entries.values()].map(({ key, isOpen, last }) => ({ key, isOpen, last }));
  }

  get hasOpen(): boolean {
    for (const { isOpen } of this.entries.values()) if (isOpen) return true;
    return false;
  }

  isOpenAt(address: string): boolean {
    for (const { isOpen, key } of this.entries.values()) {
      if (isOpen && addressOfKey(key) === address) return true;
    }
    return false;
  }

  openFindings(): FindingEvent[] {
    return [...this.entries.values()].flatMap(({ isOpen, last }) => (isOpen ? [last] : []));
  }

  /** The `id` by which the finding is known; one that was never told gets the next. */
  idOf(finding: Finding): string {
    return this.entries.get(keyOf(finding))?.id ?? this.nextId();
  }

  /** Whether a look at one address shows the very findings that are known of it: none more, none fewer. */
  expects(address: string, findings: readonly Finding[]): boolean {
    const isNews = (finding: Finding) => (this.entries.get(keyOf(finding))?.isGone ?? true) === true;
    if (findings.some(isNews)) return false;
    const keys = new Set(findings.map(keyOf));
    return !this.live().some((entry) => addressOfKey(entry.key) === address && !keys.has(entry.key));
  }

  note(look: Look): void {
    const keys = new Set(look.findings.map(keyOf));
    const gone = look.isAll ? this.live().filter(({ key }) => !keys.has(key)) : [];
    for (const finding of look.findings) {
      const entry = this.entries.get(keyOf(finding)) ?? this.adopt(finding, gone);
      if (entry === undefined) this.begin(finding, look);
      else this.follow(entry, finding, look);
    }
    for (const entry of gone) {
      // What had to be given up explains nothing: it stays as it was last known.
      if (look.isForgotten(entry)) {
        entry.isRecalled = true;
        continue;
      }
      // A finding that is about silence is gone when somebody speaks.
      const ending = findingKindOf(entry.last.kind).over === undefined ? "withdrawn" : "healed";
      // Whoever was told that it healed has to know, too, that it never was.
      if (entry.isOpen || ending === "withdrawn")
        this.end(entry, { ...entry.last, event: "restored", at: look.at, ending });
      entry.isGone = true;
    }
    if (look.isAll) this.reviewRecalled(look);
  }

  /** Those that the newest look at all of them showed. */
  private live(): Entry[] {
    return [...this.entries.values()].filter(({ isRecalled, isGone }) => !isRecalled && !isGone);
  }

  private begin(finding: Finding, look: Look): void {
    if (this.entries.size >= MOST_LIVE_FINDINGS && !this.makeRoom()) {
      this.omitted++;
      return;
    }
    const id = this.nextId();
    const key = keyOf(finding);
    const described = look.describe(finding, id);
    const entry: Entry = {
      id,
      key,
      isOpen: true,
      last: this.event(described, "opened", look.at, null),
      gist: "",
      turns: 0,
      newestOrdinal: -1,
      count: 0,
      episodes: 0,
      repeatNs: FIRST_REPEAT_NS,
      nextRepeatNs: 0,
      isRecalled: false,
      isGone: false,
    };
    this.entries.set(key, entry);
    this.open(entry, finding, look, described);
  }

  /** What began and ended between two looks is told as both. */
  private open(entry: Entry, finding: Finding, look: Look, described: ReportedFinding): void {
    entry.isOpen = true;
    this.say(entry, finding, look, this.event(described, "opened", look.at, null));
    const ending = endingOf(finding, look.nowNs);
    if (ending !== null) this.end(entry, this.event(described, "restored", look.at, ending));
  }

  private follow(entry: Entry, finding: Finding, look: Look): void {
    if (entry.isGone) {
      this.open(entry, finding, look, this.describe(entry, finding, look));
      return;
    }
    const ending = endingOf(finding, look.nowNs);
    const { ordinal: newest, capture } = newestOf(finding);
    if (!entry.isOpen && ending === "healed" && hasRelapsed(finding, entry.newestOrdinal)) {
      this.open(entry, finding, look, this.describe(entry, finding, look));
      return;
    }
    // Of what a former run saw all was told then.
    const isNew = capture !== FORMER_CAPTURE;
    const turn = look.turnOf(finding);
    const turned = isNew && turn.isItsOwn && turn.count !== entry.turns;
    const grew = finding.count !== entry.count || newest > entry.newestOrdinal;
    if (ending === null ? !entry.isOpen : entry.isOpen) {
      this.change(entry, finding, look, ending);
      return;
    }
    const isAgain = isNew && entry.episodes > 0 && (finding.episodes?.length ?? 0) > entry.episodes;
    if (isAgain && ending === null) {
      this.change(entry, finding, look, null);
      return;
    }
    const hasTurned = turned || gistOf(finding) !== entry.gist;
    if (!hasTurned && !grew && !entry.isRecalled && !look.isLast) return;
    const described = this.describe(entry, finding, look);
    const isNews = hasTurned || (isNew && look.isLast && !isSame(described, entry.last));
    if (!isNews && (entry.isRecalled || look.nowNs < entry.nextRepeatNs || look.isLast)) {
      if (entry.isRecalled) this.takeUp(entry, finding, look);
      return;
    }
    entry.repeatNs = isNews ? FIRST_REPEAT_NS : Math.min(entry.repeatNs * 2, LONGEST_REPEAT_NS);
    this.say(entry, finding, look, this.event(described, "updated", look.at, null));
  }

  /** It is over, or has come back: never damped. */
  private change(entry: Entry, finding: Finding, look: Look, ending: Ending | null): void {
    entry.repeatNs = FIRST_REPEAT_NS;
    entry.isOpen = ending === null;
    const described = this.describe(entry, finding, look);
    const name = ending === null ? "opened" : "restored";
    this.say(entry, finding, look, this.event(described, name, look.at, ending));
  }

  private end(entry: Entry, event: FindingEvent): void {
    entry.isOpen = false;
    entry.last = event;
    this.tell(event);
  }

  private say(entry: Entry, finding: Finding, look: Look, event: FindingEvent): void {
    this.takeUp(entry, finding, look);
    entry.last = event;
    entry.gist = gistOf(finding);
    this.tell(event);
  }

  private takeUp(entry: Entry, finding: Finding, look: Look): void {
    entry.isRecalled = false;
    entry.isGone = false;
    entry.turns = look.turnOf(finding).count;
    entry.newestOrdinal = newestOf(finding).ordinal;
    entry.count = finding.count;
    entry.episodes = finding.episodes?.length ?? 0;
    entry.nextRepeatNs = look.nowNs + entry.repeatNs;
  }

  private describe(entry: Entry, finding: Finding, look: Look): ReportedFinding {
    return look.describe(finding, entry.id);
  }

  private event(
    described: ReportedFinding,
    event: FindingEvent["event"],
    at: string,
    ending: Ending | null,
  ): FindingEvent {
    // First of all what happened, for whoever reads the lines.
    return { event, at, ending, ...described };
  }

  /** The same incident, seen otherwise by now: another kind, or another of the two is to blame. It keeps its `id`. */
  private adopt(finding: Finding, gone: Entry[]): Entry | undefined {
    const incident = incidentOf(finding);
    const address = addressOfIncident(incident);
    const entry =
      gone.find(({ key }) => incidentOfKey(key) === incident) ??
      gone.find(({ key, isOpen }) => isOpen && addressOfKey(key) === address);
    if (entry === undefined) return undefined;
    gone.splice(gone.indexOf(entry), 1);
    this.entries.delete(entry.key);
    entry.key = keyOf(finding);
    this.entries.set(entry.key, entry);
    return entry;
  }

  private reviewRecalled(look: Look): void {
    for (const entry of this.entries.values()) {
      if (!entry.isRecalled || !entry.isOpen) continue;
      const ending = look.isHealed(entry) ? "healed" : look.nowNs > UNSEEN_NS ? "ceased" : null;
      if (ending !== null) this.end(entry, { ...entry.last, event: "restored", at: look.at, ending });
    }
  }

  private nextId(): string {
    this.given++;
    return `F${this.given}`;
  }

  private makeRoom(): boolean {
    for (const [key, { isOpen }] of this.entries) {
      if (isOpen) continue;
      this.entries.delete(key);
      return true;
    }
    return false;
  }
}

/** Whether it came back and healed again since the frame that was told of last. */
function hasRelapsed({ victims }: Finding, reportedOrdinal: number): boolean {
  return (
    reportedOrdinal >= 0 &&
    victims.some(({ restored }) => restored !== null && restored.ordinal > reportedOrdinal)
  );
}

/** Whether the event told all there is. */
function isSame(
  described: ReportedFinding,
  { event: _, at: __, ending: ___, ...reported }: FindingEvent,
): boolean {
  return JSON.stringify(described) === JSON.stringify(reported);
}

function addressOfKey(key: string): string {
  return addressOfIncident(incidentOfKey(key));
}
