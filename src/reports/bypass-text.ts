import type { BypassEnd } from "../findings/finding.ts";
import { countText, elapsedText, plural } from "../words/counts.ts";
import { restoredText } from "../words/hosts.ts";
import type { ReportedEpisode, ReportedFinding, ReportedPosition } from "./report.ts";
import { nanosecondsBetween } from "./text.ts";

const ENDS: Record<Exclude<BypassEnd, "capture-end">, string> = {
  announcement: "the rightful owner announced itself",
  claim: "another frame set the cache right",
  "probe-failure": "its unicast probes went unanswered, so it asked everybody",
  resolution: "it asked everybody, and the rightful owner answered",
  "entry-lost": "the cache lost the entry",
  "own-traffic": "its own frames went elsewhere from then on",
};

/** More episodes are in the JSON. */
const EPISODES_SHOWN = 10;

type PositionText = (position: ReportedPosition) => string;

/** What went astray, for how long, and what became of it; a line each. */
export function bypassLines({ bypass, episodes, ip, victims }: ReportedFinding, at: PositionText): string[] {
  if (bypass === null) return [];
  const { frames, elsewhere, bytes, flows, first, last, ended, endedBy } = bypass;
  const all = frames + elsewhere;
  const amount =
    elsewhere === 0
      ? plural(frames, "frame")
      : `${countText(frames)} of the ${countText(all)} frames that ${victims.length === 1 ? "it" : "they"} sent for ${ip}`;
  const end =
    endedBy === "capture-end"
      ? "still ongoing when the capture ended"
      : `until ${ENDS[endedBy]} (${at(ended)})`;
  const strayed = episodes.filter((episode) => episode.bypass !== null).length;
  const lasted = elapsedText(bypass.durationNs);
  return [
    `${amount}, ${countText(bytes)} bytes${flows === 0 ? "" : `, ${plural(flows, "flow")}`}, from ${at(first)} to ${at(last)}`,
    strayed > 1 ? `for ${lasted} in ${strayed} episodes, the last one ${end}` : `for ${lasted}, ${end}`,
    ...(flows === 0 ? [] : [answersText(bypass)]),
  ];
}

function answersText(bypass: NonNullable<ReportedFinding["bypass"]>): string {
  const { answered, answeredByOthers, reset, unanswered } = bypass;
  const others = answeredByOthers === 0 ? "" : `, other hosts answered ${countText(answeredByOthers)}`;
  return `of these flows the claimant answered ${countText(answered)} and reset ${countText(reset)}${others}; ${countText(unanswered)} went unanswered`;
}

/** Where caches were wrong more than once: a line for each time. */
export function episodeLines(
  { episodes }: ReportedFinding,
  moment: PositionText,
  at: PositionText,
): string[] {
  if (episodes.length < 2) return [];
  const shown =
    episodes.length <= EPISODES_SHOWN
      ? episodes.map((episode, index) => ({ episode, index }))
      : [...episodes.entries()]
          .map(([index, episode]) => ({ episode, index }))
          .filter(({ index }) => index < EPISODES_SHOWN - 1 || index === episodes.length - 1);
  return [
    ...shown.map(({ episode, index }) => `${index + 1}: ${episodeText(episode, moment, at)}`),
    ...(shown.length < episodes.length
      ? [`and ${plural(episodes.length - shown.length, "more episode")}`]
      : []),
  ];
}

function episodeText(episode: ReportedEpisode, moment: PositionText, at: PositionText): string {
  const { claimed, learned, used, restored, restoredBy, bypass } = episode;
  const begun = claimed ?? learned ?? used;
  const from = begun === null ? "from before the capture" : `from ${moment(begun)}`;
  const end =
    restored === null
      ? "still wrong when the capture ended"
      : begun === null
        ? `until ${at(restored)}`
        : `for ${elapsedText(nanosecondsBetween(begun.time, restored.time))}, until ${at(restored)}`;
  const astray = bypass === null ? "no frame astray" : `${plural(bypass.frames, "frame")} astray`;
  return [from, restored === null ? end : restoredText(restoredBy, end), astray].join(", ");
}
