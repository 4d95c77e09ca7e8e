import { severityOf } from "../kinds/registry.ts";
import { earliest, latest } from "../neighbours/base/position.ts";
import type { Advertiser, VirtualRouter } from "../neighbours/control/adverts.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { cardOf } from "../roles/machines/virtual-macs.ts";
import type { Evidence, Finding } from "./finding.ts";

/**
 * Two clusters that share a virtual router identifier on one segment, each with addresses of its own.
 *
 * Each takes the other's advertisements for its own master's: the one with the lower priority gives up its addresses, or
 * both go to and fro. Nobody advertises the other's addresses, so it is no split.
 */
export function judgeVridCollisions(state: NetworkView): Finding[] {
  const routers = [...state.adverts].filter(({ protocol }) => protocol === "vrrp");
  return routers.flatMap((first, index) => {
    const second = routers.slice(index + 1).find((other) => collides(first, other));
    return second === undefined ? [] : collision(state, first, second, routers);
  });
}

/** Both are heard in turn: one that was reconfigured does not come back to its former addresses. */
function collides(one: VirtualRouter, other: VirtualRouter): boolean {
  if (!isSameIdentifier(one, other) || one.version !== other.version) return false;
  const [spanOne, spanOther] = [spanOf(one), spanOf(other)];
  return spanOne.first.ordinal < spanOther.last.ordinal && spanOther.first.ordinal < spanOne.last.ordinal;
}

function isSameIdentifier(one: VirtualRouter, other: VirtualRouter): boolean {
  return one.segment === other.segment && one.virtualRouterId === other.virtualRouterId;
}

function spanOf({ advertisers }: VirtualRouter) {
  return {
    first: earliest(advertisers.map(({ first }) => first)),
    last: latest(advertisers.map(({ last }) => last)),
  };
}

function collision(
  state: NetworkView,
  one: VirtualRouter,
  other: VirtualRouter,
  routers: readonly VirtualRouter[],
): Finding[] {
  const [master, newcomer] = [busiestOf(one), busiestOf(other)];
  const [ip] = newcomer?.addresses ?? [];
  const [rightfulIp] = master?.addresses ?? [];
  if (master === undefined || newcomer === undefined || ip === undefined || rightfulIp === undefined)
    return [];
  // All that a filter for the identifier shows.
  const heard = routers
    .filter((router) => isSameIdentifier(router, one))
    .flatMap(({ advertisers }) => advertisers);
  const count = heard.reduce((sum, advertiser) => sum + advertiser.count, 0);
  const evidence = [...advertisements(master, rightfulIp), ...advertisements(newcomer, ip)].toSorted(
    (a, b) => a.at.ordinal - b.at.ordinal,
  );
  return [
    {
      kind: "vrid-collision",
      severity: severityOf("vrid-collision", "claimed"),
      stage: "claimed",
      ip,
      segment: one.segment,
      claimant: cardOf(state, newcomer),
      rightful: cardOf(state, master),
      rightfulIp,
      victims: [],
      bypass: null,
      first: earliest(heard.map(({ first }) => first)),
      last: latest(heard.map(({ last }) => last)),
      count,
      evidence,
      evidenceTotal: count,
      virtualRouterId: one.virtualRouterId,
      assessment: {
        certainty: "proven",
        why: "frames show the advertisements of both, and neither lists an address of the other",
      },
    },
  ];
}

function busiestOf({ advertisers }: VirtualRouter): Advertiser | undefined {
  return advertisers.toSorted((a, b) => b.count - a.count)[0];
}

function advertisements({ station, first, last }: Advertiser, ip: number): Evidence[] {
  const places = first.ordinal === last.ordinal ? [first] : [first, last];
  return places.map((at) => ({ what: "advertised", at, by: station, ip }));
}
