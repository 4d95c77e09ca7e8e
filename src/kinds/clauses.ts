import { countText, elapsedText, plural } from "../words/counts.ts";
import { fullName, hostName, hostNames, isSeen, type NamedHost } from "../words/hosts.ts";
import { capitalise } from "../words/letters.ts";
import type { FindingAccount, FindingFacts, FramePlace } from "./account.ts";

/** Parts of sentences that several kinds share. */

/** The claimant at the beginning of a sentence. */
export function whoOf({ claimant }: FindingFacts): string {
  return isSeen(claimant) ? capitalise(fullName(claimant)) : "A host that the capture does not show";
}

/** The rightful owner in full, or what to call it where nobody is known. */
export function ownerOf({ rightful }: FindingFacts, unknown: string): string {
  return rightful === null ? unknown : fullName(rightful);
}

/** `frame 7`, or `4 frames from frame 7 on` */
export function framesFrom({ count, first, frameText }: FindingAccount): string {
  return count === 1 ? frameText(first) : `${plural(count, "frame")} from ${frameText(first)} on`;
}

/** What came of a claim; a clause with its comma or semicolon in front. */
export function effectOf(finding: FindingAccount): string {
  const { stage, victims } = finding;
  if (stage === "claimed") return withoutEffect(finding);
  const restored = lastRestored(finding);
  const names = hostNames(victims, "some host");
  const isOne = victims.length === 1;
  const there = `${strayOf(finding)} there${insteadOf(finding)}`;
  const times = finding.episodes.length > 1 ? `, ${finding.episodes.length} times,` : "";
  if (restored !== null) {
    return `, so ${names} ${stage === "used" ? "sent" : "likely sent"} ${there}${times} until ${finding.frameText(restored)}`;
  }
  if (wentElsewhere(finding))
    return `, so ${names} sent ${there}${times === "" ? "," : times} and still ${isOne ? "does" : "do"}`;
  const sends = `${stage === "used" ? "now" : "likely"} ${isOne ? "sends" : "send"}`;
  return `, so ${names} ${sends} ${there}`;
}

/** `its traffic`, or `24 of its 36 frames for 192.168.1.2` where the rest went elsewhere. */
function strayOf(finding: FindingFacts): string {
  const { ip, victims, bypass } = finding;
  const whose = victims.length === 1 ? "its" : "their";
  if (bypass === null || !wentElsewhere(finding)) return `${whose} traffic`;
  const { frames, elsewhere } = bypass;
  return `${countText(frames)} of ${whose} ${plural(frames + elsewhere, "frame")} for ${ip}`;
}

function wentElsewhere({ stage, bypass }: FindingFacts): boolean {
  return stage === "used" && bypass !== null && bypass.elsewhere > 0;
}

/** ` instead of to director 192.168.1.10` */
export function insteadOf({ rightful }: FindingFacts): string {
  return rightful === null ? "" : ` instead of to ${hostName(rightful)}`;
}

/** Why no cache was poisoned: by luck, or because it could not be seen. */
function withoutEffect(finding: FindingAccount): string {
  const [unseen] = finding.notObservable;
  if (unseen !== undefined) {
    const host = isSeen(unseen) ? hostName(unseen) : (unseen.ip ?? "another host");
    return `; where this was captured it is not observable whether ${host} learned it`;
  }
  const lost = narrowestDefeat(finding);
  if (lost === null) return "; no cache was seen to take it, but the next one may";
  return `; ${hostName(lost.winner)} was first by ${elapsedText(lost.byNs)}, and next time may not be`;
}

/** Of the races that the claimant lost the one that it lost by the least. */
function narrowestDefeat({ claimant, races }: FindingAccount): { winner: NamedHost; byNs: number } | null {
  let narrowest: { winner: NamedHost; byNs: number } | null = null;
  for (const { answers } of races) {
    const [winner] = answers;
    const own = answers.find(({ by }) => by.mac === claimant.mac);
    if (winner === undefined || own === undefined || winner === own) continue;
    const byNs = own.delayNs - winner.delayNs;
    if (narrowest === null || byNs < narrowest.byNs) narrowest = { winner: winner.by, byNs };
  }
  return narrowest;
}

/** When the last victim was right again; null while one is not. */
function lastRestored({ victims }: FindingFacts): FramePlace | null {
  let last: FramePlace | null = null;
  for (const { restored } of victims) {
    if (restored === null) return null;
    if (last === null || isLater(restored, last)) last = restored;
  }
  return last;
}

function isLater(a: FramePlace, b: FramePlace): boolean {
  return a.time === b.time ? a.frame > b.frame : a.time > b.time;
}

/** For a headline: what the victims did, or do, with what they hold. */
export function courseOf(finding: FindingFacts): string {
  const { victims, stage } = finding;
  if (victims.length === 0 || stage === "claimed") return "no cache was seen to believe it";
  const isOne = victims.length === 1;
  const lasting = victims.some(({ restored }) => restored === null);
  const names = hostNames(victims);
  if (stage === "learned")
    return `${names} likely ${lasting ? (isOne ? "believes it" : "believe it") : "believed it for a while"}`;
  if (!lasting)
    return `${names} sent ${strayOf(finding)} there until ${isOne ? "its cache was" : "their caches were"} set right`;
  if (wentElsewhere(finding))
    return `${names} sent ${strayOf(finding)} there, and still ${isOne ? "does" : "do"}`;
  return `${names} still ${isOne ? "sends its" : "send their"} traffic there`;
}

/** For a headline of a kind that is no more than its deed. */
export function headlineOf(deed: string): (finding: FindingFacts) => string {
  return ({ claimant }) => `${capitalise(hostName(claimant))} ${deed}`;
}

/** For a headline: whose address it is. */
export function ownerInShort({ rightful }: FindingFacts): string {
  return rightful === null ? "its owner" : hostName(rightful);
}

/** For the headline of a VIP that leaks. */
export function leakHeadline(finding: FindingFacts): string {
  const who = capitalise(hostName(finding.claimant));
  const owner = ownerInShort(finding);
  return finding.stage === "claimed"
    ? `${who} claims the VIP ${finding.ip}, which is ${owner}'s; no cache was seen to believe it`
    : `${who} took the VIP ${finding.ip} from ${owner}: ${courseOf(finding)}`;
}

export function firstClaim({ proof }: FindingAccount) {
  return proof.find(({ what }) => what === "claim") ?? null;
}
