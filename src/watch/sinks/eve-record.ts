import type { BenignKind } from "../../findings/benign.ts";
import type { FindingKind, Severity } from "../../findings/finding.ts";
import { isFindingEvent, type WatchEvent } from "../../reports/event.ts";
import { headline } from "./headline.ts";

/** Not 1, under which Suricata's own rules go: the number of the RFC that ARP is from. */
const GENERATOR = 826;

/** Never given to another kind: whoever suppresses or counts alerts does so by these. */
const SIGNATURES: Record<FindingKind, number> = {
  "vip-source-in-request": 1,
  "vip-reply": 2,
  "vip-gratuitous": 3,
  "vip-bypass": 4,
  "vip-unanswered": 5,
  "vip-split": 6,
  "gateway-impersonation": 7,
  "address-impersonation": 8,
  "address-conflict": 9,
  "flip-flop": 10,
  "sender-mismatch": 11,
  "arp-flood": 12,
  "arp-scan": 13,
  "arp-storm": 14,
  "inventory-contradicted": 15,
};

const BENIGN_SIGNATURES: Record<BenignKind, number> = {
  "vrrp-failover": 101,
  "director-takeover": 102,
  "address-moved": 103,
  "address-probe": 104,
  "address-announcement": 105,
  "proxy-arp": 106,
  "virtual-mac": 107,
  "mac-rewriting-bridge": 108,
  "cache-restored": 109,
};

/** As Suricata counts: 1 is the worst. */
const LEVELS: Record<Severity, number> = { critical: 1, warning: 2, notice: 3 };
const MILDEST = 3;

/** What sort of frame it was, as far as the kind tells. */
const OPCODES: Partial<Record<FindingKind, "request" | "reply">> = {
  "vip-source-in-request": "request",
  "vip-reply": "reply",
};
/** Seen in traffic; no ARP frame shows it. */
const NOT_BY_ARP: ReadonlySet<FindingKind> = new Set(["vip-bypass", "vip-unanswered"]);

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
      signature_id: BENIGN_SIGNATURES[event.kind],
      signature: `LVS-PCAP benign ${event.kind}`,
      category: "Not Suspicious Traffic",
      severity: MILDEST,
    };
  }
  const isOver = event.event === "restored";
  return {
    ...common,
    signature_id: SIGNATURES[event.kind],
    signature: `LVS-PCAP ${event.kind}${isOver ? " restored" : ""}`,
    category: isOver ? "Not Suspicious Traffic" : categoryOf(event.kind),
    severity: isOver ? MILDEST : LEVELS[event.severity],
    metadata: { lvs_pcap_id: [event.id], lvs_pcap_event: [event.event], lvs_pcap_says: [headline(event)] },
  };
}

/** Descriptions of Suricata's classification.config. */
function categoryOf(kind: FindingKind): string {
  switch (kind) {
    case "gateway-impersonation":
    case "address-impersonation":
      return "Misc Attack";
    case "arp-scan":
      return "Detection of a Network Scan";
    case "arp-flood":
    case "arp-storm":
    case "inventory-contradicted":
      return "Misc activity";
    default:
      return "Potentially Bad Traffic";
  }
}

/** Source is who claims; destination who was fooled, or whose address it is. */
function endsOf(event: WatchEvent): object {
  if (!isFindingEvent(event)) {
    const { from, to, ip } = event;
    return { src_ip: to?.ip ?? ip, ...(to !== null && { ether: ether(to.mac, from?.mac) }) };
  }
  const { claimant, rightful, victims, ip, kind } = event;
  const target = victims[0] ?? rightful;
  const opcode = OPCODES[kind];
  return {
    src_ip: claimant.ip ?? ip,
    ...(target?.ip != null && { dest_ip: target.ip }),
    ether: ether(claimant.mac, target?.mac),
    ...(!NOT_BY_ARP.has(kind) && {
      arp: {
        hw_type: "ethernet",
        proto_type: "ipv4",
        ...(opcode !== undefined && { opcode }),
        src_mac: claimant.mac,
        src_ip: ip,
      },
    }),
  };
}

function ether(source: string, destination: string | undefined): object {
  return { src_mac: source, ...(destination !== undefined && { dest_mac: destination }) };
}
