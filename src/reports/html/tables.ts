import { findingKindOf } from "../../kinds/registry.ts";
import { countText, plural } from "../../words/counts.ts";
import { roleName, subjectOf } from "../../words/hosts.ts";
import type { BenignChange, Host, Report, ReportedFinding, ReportedPosition } from "../report.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { type Calendar, clockText, hostCell } from "./names.ts";
import { byWeight } from "./verdict.ts";

/** Rows that are there at once; further ones are folded up in parts, which costs a browser next to nothing. */
const ROWS_SHOWN = 100;
const ROWS_FOLDED = 500;
const FRAMES_SHOWN = 4;
/** So many findings of one kind and one host are worth a line of their own. */
const LARGE_GROUP = 20;
const GROUPS_SHOWN = 5;

/** A table whose rows beyond the first hundred are folded up; a script finds and sorts among all of them. */
export function longTable(
  name: string,
  className: string,
  heads: readonly string[],
  rows: readonly Markup[],
): Markup {
  const head = html`<thead><tr>${heads.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>`;
  const parts: Markup[] = [];
  for (let first = ROWS_SHOWN; first < rows.length; first += ROWS_FOLDED) {
    const last = Math.min(rows.length, first + ROWS_FOLDED);
    parts.push(
      html`<details class="part"><summary>${countText(first + 1)} to ${countText(last)} of ${countText(rows.length)}</summary><table class="${className}"><caption class="unseen">${name}, ${countText(first + 1)} to ${countText(last)}</caption>${head}<tbody>${rows.slice(first, last)}</tbody></table></details>`,
    );
  }
  return html`<div class="rows"${rows.length > 5 && html` data-filter="${name}"`}>
<table class="${className}"><caption class="unseen">${name}</caption>${head}<tbody>${rows.slice(0, ROWS_SHOWN)}</tbody></table>${parts}</div>`;
}

/** All findings; those whose story is told on the page lead there. */
export function findingsTable(
  findings: readonly ReportedFinding[],
  told: ReadonlySet<string>,
  calendar: Calendar,
): Content {
  if (findings.length === 0) return html`<p class="muted">None.</p>`;
  return longTable(
    "Findings",
    "findings",
    ["Finding", "What", "Address", "Who", "Effect", "Frames"],
    findings.map((finding) => findingRow(finding, told, calendar)),
  );
}

function findingRow(finding: ReportedFinding, told: ReadonlySet<string>, calendar: Calendar): Markup {
  const { id, severity, stage, kind, ip, vlan, first, last, count } = finding;
  return html`<tr><td>${told.has(id) ? html`<a href="#${id}">${id}</a>` : id} <span class="tag ${severity}">${severity}</span></td><td>${kind}</td><td>${ip}${vlan !== null && ` VLAN ${vlan}`}</td><td>${hostCell(subjectOf(finding))}</td><td>${stage}${effect(finding)}</td><td>${calendar.frames(first, last)}${count > 1 && `, ${countText(count)} in all`}</td></tr>`;
}

function effect({ victims, bypass }: ReportedFinding): string {
  const parts = [
    ...(victims.length > 0 ? [plural(victims.length, "cache")] : []),
    ...(bypass === null ? [] : [`${plural(bypass.frames, "frame")} astray`]),
  ];
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

/** What looks like poisoning and is none. */
export function benignTable(benign: readonly BenignChange[], calendar: Calendar): Content {
  if (benign.length === 0)
    return html`<p class="muted">Nothing that looked like poisoning had to be explained.</p>`;
  return longTable(
    "Benign",
    "benign",
    ["What", "Address", "Why it is innocent", "Frames"],
    benign.map(
      ({ kind, ip, vlan, why, first, evidence }) =>
        html`<tr><td>${kind}</td><td>${ip}${vlan !== null && ` VLAN ${vlan}`}</td><td>${why}</td><td>${framesOf(evidence.length > 0 ? evidence : [first], calendar)}</td></tr>`,
    ),
  );
}

function framesOf(positions: readonly ReportedPosition[], calendar: Calendar): Markup {
  const shown = positions.slice(0, FRAMES_SHOWN).map((position) => calendar.frame(position));
  const more = positions.length - shown.length;
  return html`${shown.join(", ")}${more > 0 && `, and ${countText(more)} more`} ${filterFor(positions)}`;
}

/** A display filter for frames by their numbers, with a button; across files numbers say nothing. */
function filterFor(positions: readonly ReportedPosition[]): Content {
  if (new Set(positions.map(({ capture }) => capture)).size !== 1) return null;
  return copyButton(`frame.number in {${positions.map(({ frame }) => frame).join(", ")}}`);
}

function copyButton(filter: string): Markup {
  return html`<button type="button" class="copy inline" data-copy="${filter}" aria-label="Copy filter ${filter}" hidden>Copy filter</button>`;
}

/** Each host's neighbour cache where the captures end. */
export function bindingsTable({ caches, topology, findings }: Report, calendar: Calendar): Content {
  if (caches.length === 0) return html`<p class="muted">No host is seen to hold a neighbour.</p>`;
  const names = new Map<string, Host>();
  for (const { host } of caches) names.set(host.mac, host);
  for (const { directors, realServers } of topology.vips)
    for (const host of [...directors, ...realServers]) names.set(host.mac, host);
  for (const host of findings.map(subjectOf)) names.set(host.mac, host);
  const wrong = new Set(
    findings
      .filter(({ severity, kind }) => severity !== "notice" && findingKindOf(kind).picture.isWrongInCache)
      .map((finding) => `${finding.ip} ${finding.vlan} ${subjectOf(finding).mac}`),
  );
  const rows = caches.flatMap(({ host, vlan, entries }) =>
    entries.map(({ ip, mac, since, state }) => {
      const owner = names.get(mac);
      const isWrong = wrong.has(`${ip} ${vlan} ${mac}`);
      return html`<tr><td>${hostCell(host)}${vlan !== null && ` VLAN ${vlan}`}</td><td>${ip}</td><td><span class="mac">${mac}</span>${owner !== undefined && html` <span class="muted">${roleName(owner)}</span>`}${isWrong && html` <span class="word wrong">wrong</span>`}</td><td>${calendar.frame(since)}, ${clockText(since.time)} ${filterFor([since])}</td><td>${state}</td></tr>`;
    }),
  );
  return longTable(
    "Neighbour caches at the end",
    "caches",
    ["Cache of", "Address", "Holds", "Since", "State"],
    rows,
  );
}

/** Who plays which part, and why that is believed. */
export function rolesTable({ topology }: Report): Content {
  const vips = topology.vips.map(({ ip, vlan, origin, evidence, directors, undecided, realServers }) => {
    const parts = [
      ...directors.map((host) => html`<li>${hostCell(host)}</li>`),
      ...undecided.map(
        (host) =>
          html`<li>${hostCell(host)} <span class="muted">director or not: the frames do not tell</span></li>`,
      ),
      ...realServers.map(
        (host) =>
          html`<li>${hostCell(host)}${host.forwarding !== null && html` <span class="muted">by ${host.forwarding.replace("-", " ")}</span>`}</li>`,
      ),
    ];
    return html`<tr><td>VIP <b>${ip}</b>${vlan !== null && ` VLAN ${vlan}`}</td><td>${parts.length === 0 ? "nobody seen" : html`<ul>${parts}</ul>`}</td><td>${origin}</td><td>${reasons(evidence)}</td></tr>`;
  });
  const gateways = topology.gateways.map(
    (gateway) =>
      html`<tr><td>gateway</td><td>${hostCell(gateway)}</td><td>${gateway.origin}</td><td>${reasons(gateway.evidence)}</td></tr>`,
  );
  if (vips.length + gateways.length === 0)
    return html`<p class="muted">No part is given, and none shows in the frames.</p>`;
  return longTable("Roles", "roles", ["Part", "Played by", "Origin", "Because"], [...vips, ...gateways]);
}

function reasons(evidence: readonly string[]): Content {
  return evidence.length === 0
    ? html`<span class="muted">&ndash;</span>`
    : html`<ul>${evidence.map((reason) => html`<li>${reason}</li>`)}</ul>`;
}

/** The findings whose story is told: the worst, and not the same of the same host over and over. */
export function chooseStories(
  findings: readonly ReportedFinding[],
  most: number,
  ofOneSort: number,
): ReportedFinding[] {
  const told = new Map<string, number>();
  const chosen: ReportedFinding[] = [];
  for (const finding of byWeight(findings)) {
    if (chosen.length >= most) break;
    const sort = `${finding.kind} ${subjectOf(finding).mac}`;
    const count = (told.get(sort) ?? 0) + 1;
    if (count > ofOneSort) continue;
    told.set(sort, count);
    chosen.push(finding);
  }
  return chosen;
}

/** Who is behind many findings, with a filter for all that it sent. */
export function groupsOf(findings: readonly ReportedFinding[]): Content {
  const groups = new Map<string, ReportedFinding[]>();
  for (const finding of findings) {
    const sort = `${finding.kind} ${subjectOf(finding).mac}`;
    const group = groups.get(sort);
    if (group === undefined) groups.set(sort, [finding]);
    else group.push(finding);
  }
  const large = [...groups.values()]
    .filter((group) => group.length >= LARGE_GROUP)
    .toSorted((a, b) => b.length - a.length);
  if (large.length === 0) return null;
  return html`<ul class="groups">${large.slice(0, GROUPS_SHOWN).map(([first, ...others]) => {
    if (first === undefined) return null;
    const filter = `arp && eth.src == ${first.claimant.mac}`;
    return html`<li>${hostCell(subjectOf(first))}: ${plural(others.length + 1, "finding")} of kind ${first.kind}, the first of them ${first.id} ${copyButton(filter)}</li>`;
  })}</ul>`;
}
