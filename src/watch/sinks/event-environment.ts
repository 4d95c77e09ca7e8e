import { isFindingEvent, type WatchEvent } from "../../reports/event.ts";
import type { Host } from "../../reports/report.ts";
import { isSeen } from "../../words/hosts.ts";
import { headline } from "./headline.ts";

/** A process is not started with more than a certain amount of text. */
const LONGEST_SUMMARY = 4000;

/** What a program is told of an event by its environment; a variable whose value is not known is not set. */
export function eventEnvironment(event: WatchEvent): Record<string, string> {
  const variables = {
    EVENT: event.event,
    KIND: event.kind,
    IP: event.ip,
    VLAN: event.vlan?.toString() ?? null,
    TIME: event.at,
    SUMMARY: headline(event).slice(0, LONGEST_SUMMARY),
    ...(isFindingEvent(event)
      ? {
          ID: event.id,
          SEVERITY: event.severity,
          STAGE: event.stage,
          ...host("CLAIMANT", event.claimant),
          ...host("RIGHTFUL", event.rightful),
        }
      : { ...host("FROM", event.from), ...host("TO", event.to) }),
  };
  const known = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(known.map(([name, value]) => [`LVS_PCAP_${name}`, value]));
}

function host(name: string, seen: Host | null): Record<string, string | null> {
  return {
    [`${name}_MAC`]: seen !== null && isSeen(seen) ? seen.mac : null,
    [`${name}_IP`]: seen?.ip ?? null,
  };
}
