/** What two decoders can differ in. The names are stable. */
export const DIFFERENT_FIELDS = {
  "record-count": "number of records",
  "link-type": "link type",
  timestamp: "timestamp",
  "captured-length": "captured length",
  "original-length": "original length",
  bytes: "bytes",
  arp: "ARP or not",
  "arp-operation": "ARP operation",
  "arp-sender-mac": "ARP sender MAC",
  "arp-sender-ip": "ARP sender IP",
  "arp-target-mac": "ARP target MAC",
  "arp-target-ip": "ARP target IP",
  vlan: "VLAN",
  "ethernet-source": "Ethernet source",
  "ethernet-destination": "Ethernet destination",
  "ip-source": "IP source",
  "ip-destination": "IP destination",
  "ip-ttl": "IP time to live",
  "ip-identification": "IP identification",
  "ip-protocol": "IP protocol",
  "source-port": "source port",
  "destination-port": "destination port",
  "tcp-flags": "TCP flags",
  "tunnelled-source": "tunnelled packet's source",
  "tunnelled-destination": "tunnelled packet's destination",
  "vrrp-router-id": "VRRP virtual router",
  "vrrp-priority": "VRRP priority",
  "vrrp-addresses": "VRRP addresses",
  "lease-ip": "DHCP lease's address",
  "lease-mac": "DHCP lease's MAC",
} as const;

export type DifferentField = keyof typeof DIFFERENT_FIELDS;

/** One thing that the two decoders read differently, its values in a form for people. */
export interface Difference {
  /** 1-based as in Wireshark, null where the difference is of the capture as a whole. */
  frame: number | null;
  field: DifferentField;
  /** What lvs-pcap reads. */
  ours: string;
  /** What the second decoder reads. */
  theirs: string;
}

const MOST_NAMED = 10;

/** Names the first differences and counts them all: once two decoders are out of step, every record differs. */
export class DifferenceLog {
  private readonly first: Difference[] = [];
  private count = 0;

  add(frame: number | null, field: DifferentField, ours: string, theirs: string): void {
    this.count++;
    if (this.first.length < MOST_NAMED) this.first.push({ frame, field, ours, theirs });
  }

  /** For what is known last and explains the rest. */
  addOnTop(field: DifferentField, ours: string, theirs: string): void {
    this.count++;
    this.first.unshift({ frame: null, field, ours, theirs });
    this.first.splice(MOST_NAMED);
  }

  get named(): readonly Difference[] {
    return this.first;
  }

  get total(): number {
    return this.count;
  }
}
