import { NotAnalysed } from "../decode/not-analysed.ts";
import type { UndeterminedReason } from "../findings/undetermined.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { countText, plural } from "../words/counts.ts";
import type { CaptureSummary, NotAnalysedFrames, Reach } from "./report.ts";

/** Stable names and what a person calls it, in `notAnalysed` and in a line of the report. */
const NAMES: Readonly<Record<NotAnalysed, readonly [name: string, text: string]>> = {
  [NotAnalysed.Nothing]: ["nothing", "nothing"],
  [NotAnalysed.NeighbourDiscovery]: ["ipv6-nd", "IPv6 neighbour discovery"],
  [NotAnalysed.Ipv6]: ["ipv6", "other IPv6"],
  [NotAnalysed.Vxlan]: ["vxlan", "VXLAN"],
  [NotAnalysed.Geneve]: ["geneve", "Geneve"],
  [NotAnalysed.EthernetInGre]: ["gre-ethernet", "Ethernet in GRE"],
  [NotAnalysed.Erspan]: ["erspan", "ERSPAN"],
  [NotAnalysed.Tzsp]: ["tzsp", "TZSP"],
  [NotAnalysed.Mpls]: ["mpls", "MPLS"],
  [NotAnalysed.Pppoe]: ["pppoe", "PPPoE"],
  [NotAnalysed.EtherIp]: ["etherip", "EtherIP"],
  [NotAnalysed.L2tp]: ["l2tp", "L2TPv3"],
  [NotAnalysed.Ipv6InIpv4]: ["6in4", "IPv6 in IPv4"],
  [NotAnalysed.PortTag]: ["port-tag", "a switch's port tag"],
  [NotAnalysed.VlanStack]: ["vlan-stack", "more than four VLAN tags"],
  [NotAnalysed.EncryptedAir]: ["encrypted-wifi", "encrypted Wi-Fi"],
};
const TEXTS: ReadonlyMap<string, string> = new Map(Object.values(NAMES));
const LINK_TYPE = "link-type-";

/** What one capture holds and no decoder looks into, the most frequent first. */
export function notAnalysedFrames(
  kinds: ReadonlyMap<NotAnalysed, number>,
  linkTypes: ReadonlyMap<string, number>,
): NotAnalysedFrames[] {
  const found = [
    ...[...kinds].map(([kind, frames]) => ({ what: NAMES[kind][0], frames })),
    ...[...linkTypes].map(([name, frames]) => ({ what: `${LINK_TYPE}${name.toLowerCase()}`, frames })),
  ];
  return found.toSorted((a, b) => b.frames - a.frames);
}

/** How far the verdict reaches. */
export function reachOf(
  captures: readonly CaptureSummary[],
  state: NetworkView,
  reason: UndeterminedReason | null,
): Reach {
  const frames = new Map<string, number>();
  for (const { notAnalysed } of captures)
    for (const part of notAnalysed) frames.set(part.what, (frames.get(part.what) ?? 0) + part.frames);
  const limits = state.vantage.limits.filter(({ kind }) => kind === "one-direction");
  return {
    segments: new Set([...state.stations].map(({ segment }) => segment)).size,
    families: ["ipv4"],
    notLookedInto: [...frames]
      .map(([what, count]) => ({ what, frames: count, why: `${textOf(what)} is not decoded` }))
      .toSorted((a, b) => b.frames - a.frames),
    arpFrames: state.arpObserver.frames,
    directions: limits.length > 0 ? "one" : state.vantage.showsBothWays ? "both" : "unknown",
    undetermined: reason === null ? null : reasonText(reason, captures, state.forgotten.contested),
  };
}

function reasonText(
  reason: UndeterminedReason,
  captures: readonly CaptureSummary[],
  contested: number,
): string {
  const filled = captures.filter(({ frames }) => frames > 0);
  if (filled.length === 0) return "there is no frame to judge by";
  if (reason === "one-direction")
    return "only one direction was captured, so no frame could have shown a poisoning";
  if (reason === "forgotten")
    return `memory limit reached: ${countText(contested)} addresses that several MACs claimed are no longer tracked, and a poisoning may be among them`;
  const unread = filled.flatMap(({ notAnalysed }) =>
    notAnalysed.filter(({ what }) => what.startsWith(LINK_TYPE)),
  );
  const frames = filled.reduce((sum, capture) => sum + capture.frames, 0);
  if (unread.reduce((sum, part) => sum + part.frames, 0) === frames) {
    const names = [...new Set(unread.map(({ what }) => what.slice(LINK_TYPE.length).toUpperCase()))];
    const which = names.length === 1 ? `type ${names[0]} is` : `types ${names.join(", ")} are`;
    return `no frame could be read: link ${which} not understood`;
  }
  return "no ARP and no forwarding was captured, so no frame could have shown a poisoning";
}

/** What the verdict rests on where no ARP frame was captured; null where one was, or where it rests on nothing. */
export function withoutArpText({ arpFrames, undetermined }: Reach): string | null {
  return arpFrames > 0 || undetermined !== null
    ? null
    : "no ARP frame was captured, so forwarded packets alone show the roles, and no claim could be seen";
}

/** `1,204 frames of VXLAN, 88 of IPv6 neighbour discovery`; null where everything was looked into. */
export function notLookedIntoText({ notLookedInto }: Reach): string | null {
  const [first, ...others] = notLookedInto;
  if (first === undefined) return null;
  return [
    `${plural(first.frames, "frame")} of ${textOf(first.what)}`,
    ...others.map(({ what, frames }) => `${countText(frames)} of ${textOf(what)}`),
  ].join(", ");
}

function textOf(what: string): string {
  return TEXTS.get(what) ?? `link type ${what.slice(LINK_TYPE.length).toUpperCase()}`;
}
