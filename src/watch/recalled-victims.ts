import { parseIpv4, parseMac } from "../knowledge/address.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { FindingEvent } from "../reports/event.ts";
import { macText, vlanOf } from "../reports/text.ts";
import { subjectOf } from "../words/hosts.ts";

/**
 * Whether the caches show that a finding from before the start is over: every victim that was not right again holds
 * another MAC by now, and a frame since the start says so.
 */
export function isHealed(state: NetworkState, event: FindingEvent): boolean {
  const { ip: ipAsText, vlan, victims } = event;
  const ip = parseIpv4(ipAsText);
  const wrong = victims.filter(({ restored }) => restored === null);
  if (ip === null || wrong.length === 0) return false;
  return wrong.every(({ mac }) => {
    const holder = stationOf(state, mac, vlan);
    const entry = holder && state.caches.entry(holder, ip);
    return (
      entry?.current !== undefined && entry.owner !== null && macText(entry.owner) !== subjectOf(event).mac
    );
  });
}

/** Whether the finding's address had to be given up to stay within the memory limit. */
export function isForgotten(state: NetworkState, { ip: ipAsText, vlan }: FindingEvent): boolean {
  const ip = parseIpv4(ipAsText);
  if (ip === null || state.forgotten.contested === 0) return false;
  return state.bindings.at(ip).every(({ segment }) => vlanOf(segment) !== vlan);
}

function stationOf(state: NetworkState, text: string, vlan: number | null): Station | undefined {
  const mac = parseMac(text);
  if (mac === null) return undefined;
  for (const station of state.stations) {
    const isIt = station.macLow === mac.low && station.macHigh === mac.high;
    if (isIt && vlanOf(station.segment) === vlan) return station;
  }
  return undefined;
}
