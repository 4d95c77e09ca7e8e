import { countText, plural } from "../../words/counts.ts";
import { printable } from "../../words/letters.ts";
import { differenceLine } from "../wording.ts";
import type { DissectionResult } from "./against-pdml.ts";

/** The result for people: what was held against what, and where the two disagree. */
export function renderDissectionText(result: DissectionResult): string {
  const lines = [heading(result), ...compared(result), ...breakOff(result), ...disagreement(result)];
  return `${lines.join("\n  ")}\n`;
}

function heading({ capture, verified, differencesTotal }: DissectionResult): string {
  const verdict = verified ? "VERIFIED" : `NOT VERIFIED, ${plural(differencesTotal, "difference")}`;
  return `${printable(capture)}: ${verdict}`;
}

function compared(result: DissectionResult): string[] {
  const { frames, framesNotDissected } = result;
  const tools = `lvs-pcap ${result.tools["lvs-pcap"]} and ${printable(result.tools.wireshark)}`;
  const kinds = `${countText(result.arpFrames)} ARP, ${countText(result.ipv4Frames)} IPv4`;
  return [
    `${tools} ${result.verified ? "read the same" : "were compared over"}`,
    `${plural(result.fields, "field")} of ${plural(frames, "frame")} (${kinds}).`,
    ...(framesNotDissected === 0
      ? []
      : [`The dissection leaves out ${plural(framesNotDissected, "frame")}, which were not compared.`]),
  ];
}

function breakOff({ problem }: DissectionResult): string[] {
  return problem === null ? [] : ["One of the two breaks off; what follows was not compared."];
}

function disagreement({ differences, differencesTotal, verified }: DissectionResult): string[] {
  if (verified) return [];
  const unnamed = differencesTotal - differences.length;
  return [
    ...differences.map((difference) => differenceLine(difference, "Wireshark")),
    ...(unnamed === 0 ? [] : [`and ${plural(unnamed, "more difference")}`]),
    "One of the two is wrong, or the dissection is of another capture: until it is",
    "known which, no report of this capture holds.",
  ];
}
