import { benignKindOf, findingKindOf } from "../../kinds/registry.ts";
import type { Severity } from "../../kinds/severity.ts";
import { isFindingEvent, type WatchEvent } from "../../reports/event.ts";
import { subjectOf } from "../../words/hosts.ts";
import { headline } from "./headline.ts";

/** Not 1, under which Suricata's own rules go: the number of the RFC that ARP is from. */
const GENERATOR = 826;

/** As Suricata counts: 1 is the worst. */
const LEVELS: Record<Severity, number> = { critical: 1, warning: 2, notice: 3 };
const MILDEST = 3;

/** One line of EVE, without its end: the keys are those of Suricata's alerts, all else is under `lvs_pcap`. */
export function eveLine(event: WatchEvent): string {
  return JSON.stringify({
    timestamp: eveTime(event.at),
    event_type: "alert",
    ...(event.vlan !== null && { vlan: [event.vlan] }),
    ...endsOf(event),
    alert: alertOf(event),
    lvs_pcap: event,
  });
}

/** CreateIsoTimeString of Suricata: microseconds, and the offset from UTC without a colon. */
function eveTime(time: string): string {
  return time.replace(/(\.\d{6})\d*Z$/, "$1+0000");
}

function alertOf(event: WatchEvent): object {
  const common = { action: "allowed", gid: GENERATOR, rev: 1 };
  if (!isFindingEvent(event)) {
    return {
      ...common,
      signature_id: benignKindOf(event.kind).signatureId,
      signature: `LVS-PCAP benign ${event.kind}`,
      category: "Not Suspicious Traffic",
      severity: MILDEST,
    };
  }
  const { signatureId, category } = findingKindOf(event.kind).eve;
  const isOver = event.event === "restored";
  return {
    ...common,
    signature_id: signatureId,
    signature: `LVS-PCAP ${event.kind}${isOver ? " restored" : ""}`,
    category: isOver ? "Not Suspicious Traffic" : category,
    severity: isOver ? MILDEST : LEVELS[event.severity],
    metadata: { lvs_pcap_id: [event.id], lvs_pcap_event: [event.event], lvs_pcap_says: [headline(event)] },
  };
}

/** Source is who claims; destination who was fooled, or whose address it is. */
function endsOf(event: WatchEvent): object {
  if (!isFindingEvent(event)) {
    const { from, to, ip } = event;
    return { src_ip: to?.ip ?? ip, ...(to !== null && { ether: ether(to.mac, from?.mac) }) };
  }
  const { rightful, victims, ip, kind } = event;
  const claimant = subjectOf(event);
  const target = victims[0] ?? rightful;
  const { arp } = findingKindOf(kind).eve;
  return {
    src_ip: claimant.ip ?? ip,
    ...(target?.ip != null && { dest_ip: target.ip }),
    ether: ether(claimant.mac, target?.mac),
    ...(arp !== null && {
      arp: {
        hw_type: "ethernet",
        proto_type: "ipv4",
        ...(arp !== "any" && { opcode: arp }),
        src_mac: claimant.mac,
        src_ip: ip,
      },
    }),
  };
}

function ether(source: string, destination: string | undefined): object {
  return { src_mac: source, ...(destination !== undefined && { dest_mac: destination }) };
}
