import { countText, plural } from "../words/counts.ts";
import type { CaptureSummary, DecodedDifferently, SecondOpinion } from "./report.ts";

/** What another decoder says of a capture, in a sentence without its full stop. */
export function opinionText(opinion: SecondOpinion, captures: readonly CaptureSummary[]): string {
  const { by, version, verified, records, differencesTotal, problem, notVerifiable } = opinion;
  const who = `${by} ${version}`;
  if (notVerifiable !== null) return `no second opinion: ${notVerifiable}`;
  const upTo = problem === null ? "" : " up to where it breaks off";
  if (verified !== true)
    return `NOT VERIFIED: ${who} differs in ${plural(differencesTotal, "point")} over ${plural(records, "record")}${upTo}; one of the two is wrong, and until it is known which, this report does not hold`;
  const isEthernet = captures[opinion.capture]?.linkTypes.includes("ETHERNET") === true;
  const fields = isEthernet ? "bytes and ARP fields" : "and bytes";
  return `verified: ${who} reads the same ${plural(records, "record")}${upTo}; times, lengths${isEthernet ? "," : ""} ${fields} agree`;
}

/** The first things that the two read differently; empty where they agree. */
export function differenceTexts({ by, differences, differencesTotal }: SecondOpinion): string[] {
  const more = differencesTotal - differences.length;
  return [
    ...differences.map((difference) => differenceText(difference, by)),
    ...(more > 0 ? [`and ${countText(more)} more`] : []),
  ];
}

function differenceText({ frame, field, ours, theirs }: DecodedDifferently, by: string): string {
  return `${frame === null ? "" : `frame ${frame}, `}${field}: lvs-pcap ${ours}, ${by} ${theirs}`;
}
