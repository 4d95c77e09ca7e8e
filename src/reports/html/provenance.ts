import { countText, plural } from "../../words/counts.ts";
import { capitalise } from "../../words/letters.ts";
import { inventoryText } from "../inventory-summary.ts";
import type { CaptureSummary, Report, ReportedInventory, SecondOpinion } from "../report.ts";
import { differenceTexts, opinionText } from "../second-opinion-text.ts";
import { forgottenText } from "../text.ts";
import { copyable } from "./copy.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { dateText } from "./names.ts";

/** By what, from what and how the page was made, and what it cannot know. */
export function renderProvenance(report: Report, args: readonly string[]): Content {
  return html`<h3>Files</h3>
${report.captures.map(fileEntry)}
<h3>Not observable</h3>
${unseen(report)}
${report.inventories.length > 0 && html`<h3>Inventories</h3>${report.inventories.map(inventoryEntry)}`}
<h3>Made by</h3>
<p>lvs-pcap ${report.tool.version}, neighbour caches by the model &ldquo;${report.neighbourModel}&rdquo;.</p>
${args.length > 0 && copyable(["lvs-pcap", ...args.map(quoted)].join(" "), "the command line")}
<h3>Second opinion</h3>
${report.secondOpinion === null ? howToVerify(report) : report.secondOpinion.map((opinion) => opinionEntry(opinion, report))}`;
}

function howToVerify({ captures }: Report): Content {
  const commands = captures.filter(({ file }) => file !== "-").flatMap(verification);
  return html`<p>Not asked for. <code>verify</code> decodes a capture again with an independent program, compares the two, and names the first frames that differ${commands.length === 0 ? ". It reads a capture that was saved to a file." : ":"}</p>
${commands.slice(0, 4)}`;
}

/** The command that succeeds: pcap-parser reads few captures, Wireshark all but its own dissection. */
function verification({ file, format, verifiable }: CaptureSummary): Markup[] {
  if (verifiable) return [copyable(`lvs-pcap verify ${quoted(file)}`, `the command that verifies ${file}`)];
  return format === "pdml" ? [] : [askWireshark(file)];
}

function askWireshark(file: string): Markup {
  const command = `tshark -r ${quoted(file)} -T pdml | lvs-pcap verify ${quoted(file)} --pdml -`;
  return copyable(command, `the command that compares ${file} with what Wireshark reads`);
}

function opinionEntry(opinion: SecondOpinion, { captures }: Report): Markup {
  const file = captures[opinion.capture]?.file ?? "";
  const sentence = capitalise(opinionText(opinion, captures));
  const differences = differenceTexts(opinion);
  return html`<dl class="file">${entry("File", html`<span class="path">${file === "-" ? "standard input" : file}</span>`)}${entry(
    "Opinion",
    opinion.verified === false ? html`<span class="caution">${sentence}.</span>` : `${sentence}.`,
  )}${differences.length > 0 && entry("Differences", html`<ul>${differences.map((text) => html`<li>${text}</li>`)}</ul>`)}</dl>
${opinion.notVerifiable !== null && file !== "-" && askWireshark(file)}`;
}

function fileEntry(capture: CaptureSummary): Markup {
  const { file, sha256, bytes, format, compression, linkTypes, frames, first, last } = capture;
  const end =
    last === null || first === null ? "" : dateText(last) === dateText(first) ? "" : `${dateText(last)}, `;
  return html`<dl class="file">${[
    entry("File", html`<span class="path">${file === "-" ? "standard input" : file}</span>`),
    entry("SHA-256", sha256 === null ? "not computed" : html`<code class="hash">${sha256}</code>`),
    entry(
      "Contents",
      html`${plural(frames, "frame")}, ${countText(bytes)} bytes of ${format}${compression !== null && ` (${compression})`}${linkTypes.length > 0 && `, ${linkTypes.join(", ")}`}`,
    ),
    first !== null &&
      last !== null &&
      entry("Time", `${dateText(first)}, ${first.slice(11, 29)} to ${end}${last.slice(11, 29)} UTC`),
    exceptions(capture),
  ]}</dl>`;
}

/** What is not as it should be with a file, and what somebody wrote into it. */
function exceptions(capture: CaptureSummary): Content {
  const {
    problem,
    anomalies,
    dropped,
    duplicateOf,
    interfaces,
    comments,
    interfacesOmitted,
    commentsOmitted,
  } = capture;
  const undecoded = Object.entries(anomalies).map(([reason, count]) => `${reason}: ${countText(count)}`);
  const cards = interfaces.map(
    ({ name, linkType, frames }) => `${name ?? linkType}: ${plural(frames, "frame")}`,
  );
  return [
    problem !== null && entry("Incomplete", html`<span class="caution">${problem}</span>`),
    duplicateOf !== null && entry("Duplicate", `holds the same as file ${duplicateOf + 1}, and was not read`),
    dropped !== null &&
      dropped > 0 &&
      entry("Lost", `${plural(dropped, "frame")} before they could be captured`),
    undecoded.length > 0 && entry("Not decoded", undecoded.join(", ")),
    interfaces.length > 1 &&
      entry(
        "Interfaces",
        `${cards.join(", ")}${interfacesOmitted > 0 ? `, and ${countText(interfacesOmitted)} more` : ""}`,
      ),
    comments.length > 0 &&
      entry(
        "Comments",
        html`<ul>${comments.map(({ frame, text }) => html`<li>${frame !== null && `frame ${frame}: `}${text}</li>`)}${commentsOmitted > 0 && html`<li>and ${countText(commentsOmitted)} more</li>`}</ul>`,
      ),
  ];
}

function entry(name: string, content: Content): Markup {
  return html`<div><dt>${name}</dt><dd>${content}</dd></div>`;
}

function inventoryEntry(inventory: ReportedInventory): Markup {
  const { file, notes } = inventory;
  return html`<dl class="file">${entry("File", html`<span class="path">${file}</span>`)}${entry(
    "Contents",
    capitalise(inventoryText(inventory)),
  )}${notes.length > 0 && entry("Left out", html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`)}</dl>`;
}

function unseen({ captures, vantage, forgotten, findings }: Report): Content {
  if (captures.every(({ frames }) => frames === 0))
    return html`<p>Everything: the ${captures.length === 1 ? "capture holds" : "captures hold"} no frame.</p>`;
  const hidden = findings.filter(({ notObservable }) => notObservable.length > 0).length;
  const notes = [
    ...vantage.map(({ what }) => what),
    ...(hidden > 0
      ? [
          `Of ${plural(hidden, "finding")} this capture point cannot show whether all hosts that were asked learned the address.`,
        ]
      : []),
    ...(forgotten.addresses + forgotten.stations > 0 ? [`${capitalise(forgottenText(forgotten))}.`] : []),
    ...(forgotten.trafficFrames > 0
      ? [`${plural(forgotten.trafficFrames, "frame")} of too many senders were not counted apart.`]
      : []),
  ];
  return notes.length === 0
    ? html`<p>Nothing seems to be missing from where this was captured. What happened before the first frame and after the last is not known.</p>`
    : html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
}

/** As a POSIX shell wants it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
