import { LINKTYPE_ETHERNET, linkTypeName } from "../capture/link-type.ts";
import { plural } from "../words/counts.ts";
import { printable } from "../words/letters.ts";
import { DIFFERENT_FIELDS, type Difference } from "./difference.ts";
import type { VerifyResult } from "./verify-result.ts";

/** The result for people: who was compared over what, and where the two disagree. */
export function renderVerifyText(result: VerifyResult): string {
  const lines = result.verified ? agreement(result) : disagreement(result);
  return `${lines.join("\n  ")}\n`;
}

function agreement(result: VerifyResult): string[] {
  return [
    `${printable(result.capture)}: VERIFIED`,
    `${tools(result)} read the same ${plural(result.records, "record")}`,
    `(${plural(result.bytes, "byte")}): their count, timestamps, lengths and every byte agree.`,
    arpAgreement(result),
    ...breakOff(result),
  ];
}

function arpAgreement({ linkType, arpFrames }: VerifyResult): string {
  const ethernet = linkTypeName(LINKTYPE_ETHERNET);
  if (linkType !== ethernet) return `ARP was not compared: the link type is ${linkType}, not ${ethernet}.`;
  if (arpFrames === 0) return "Neither finds an ARP frame.";
  return `${plural(arpFrames, "ARP frame")}: operation, MACs, IP addresses and VLAN agree.`;
}

function disagreement(result: VerifyResult): string[] {
  const unnamed = result.differencesTotal - result.differences.length;
  return [
    `${printable(result.capture)}: NOT VERIFIED, ${plural(result.differencesTotal, "difference")}`,
    `${tools(result)} were compared over ${plural(result.records, "record")}`,
    `(${plural(result.bytes, "byte")}), ${plural(result.arpFrames, "ARP frame")} among them.`,
    ...breakOff(result),
    ...result.differences.map((difference) => differenceLine(difference, "pcap-parser")),
    ...(unnamed === 0 ? [] : [`and ${plural(unnamed, "more difference")}`]),
    "One of the two is wrong: until it is known which, no report of this capture holds.",
  ];
}

/** @param second the tool that `theirs` comes from */
export function differenceLine({ frame, field, ours, theirs }: Difference, second: string): string {
  const place = frame === null ? "" : `frame ${frame}, `;
  return `${place}${DIFFERENT_FIELDS[field]}: lvs-pcap ${printable(ours)}, ${second} ${printable(theirs)}`;
}

function breakOff({ problem }: VerifyResult): string[] {
  return problem === null ? [] : ["The capture breaks off there; what follows was not compared."];
}

function tools(result: VerifyResult): string {
  return Object.entries(result.tools)
    .map(([name, version]) => `${name} ${printable(version)}`)
    .join(" and ");
}
