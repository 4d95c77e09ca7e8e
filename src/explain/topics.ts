import type { OtherNames } from "../kinds/kind.ts";
import { BENIGN_KINDS, type BenignKind, FINDING_KINDS, type FindingKind, KINDS } from "../kinds/registry.ts";
import { STAGES, type Stage } from "../kinds/severity.ts";
import type { Topic } from "../kinds/topic.ts";
import { VANTAGE_KINDS, type VantageKind } from "../neighbours/vantage/vantage.ts";
import { STAGE_TOPICS } from "./stage-topics.ts";
import { VANTAGE_TOPICS } from "./vantage-topics.ts";

export type TopicName = FindingKind | BenignKind | Stage | VantageKind;

const TOPICS: ReadonlyMap<string, Topic> = new Map([
  ...KINDS.map(({ name, topic }): [string, Topic] => [name, topic]),
  ...Object.entries(STAGE_TOPICS),
  ...Object.entries(VANTAGE_TOPICS),
]);

const PROGRAMS: readonly (readonly [keyof OtherNames, string])[] = [
  ["arpwatch", "arpwatch"],
  ["wireshark", "Wireshark"],
  ["snort", "Snort"],
  ["zeek", "Zeek"],
  ["suricata", "Suricata"],
];

interface Group {
  readonly heading: string;
  readonly names: readonly TopicName[];
}

/** In the order in which a reader meets them. */
export const GROUPS: readonly Group[] = [
  { heading: "Findings", names: FINDING_KINDS },
  { heading: "How far a finding came", names: STAGES },
  { heading: "Benign", names: BENIGN_KINDS },
  { heading: "What a capture cannot show", names: VANTAGE_KINDS },
];

export function topicOf(name: TopicName): Topic {
  const topic = TOPICS.get(name);
  if (topic === undefined) throw new Error(`no topic ${name}`);
  return topic;
}

/** What other programs that watch ARP call it, as `[program, name]`. */
export function otherNamesOf(name: TopicName): [string, string][] {
  const names = KINDS.find((kind) => kind.name === name)?.otherNames ?? {};
  return PROGRAMS.flatMap(([key, program]): [string, string][] => {
    const other = names[key];
    return other === undefined ? [] : [[program, other]];
  });
}

export function isTopicName(name: string): name is TopicName {
  return TOPICS.has(name);
}

/** The known name that is most like what was typed; null where none is. */
export function nearestTopic(typed: string): TopicName | null {
  const wanted = typed.toLowerCase();
  let nearest: TopicName | null = null;
  // As far off as a third of the letters: more is another word.
  let fewest = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of GROUPS.flatMap(({ names }) => names)) {
    if (wanted.length >= 3 && name.includes(wanted)) return name;
    const edits = editsBetween(wanted, name, fewest);
    if (edits < fewest) {
      fewest = edits;
      nearest = name;
    }
  }
  return nearest;
}

/** Letters to insert, delete or replace (Levenshtein's distance), by one row of the usual table. */
function editsBetween(from: string, to: string, enough: number): number {
  if (Math.abs(from.length - to.length) >= enough) return enough;
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? enough;
}
