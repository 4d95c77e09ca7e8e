import { linkTypeName } from "../../capture/link-type.ts";
import { encapsulationLinkType } from "../../capture/pdml/encapsulation.ts";
import type { PdmlElement, PdmlVisitor } from "../../capture/pdml/packet-fields.ts";
import { countText } from "../../words/counts.ts";
import type { DifferentField } from "../difference.ts";
import type { FrameFields } from "./frame-fields.ts";

/** No address and no number is longer; what a forger makes longer is to fill no memory and no terminal. */
const LONGEST_SHOWN = 64;

/** One protocol of a packet as Wireshark dissected it: what it shows for each field, in order. */
class Layer {
  readonly name: string;
  isFilteredOut = false;
  private readonly shown = new Map<string, string[]>();

  constructor(name: string) {
    this.name = name;
  }

  add(field: string, shown: string): void {
    const show = shown.slice(0, LONGEST_SHOWN);
    const values = this.shown.get(field);
    if (values === undefined) this.shown.set(field, [show]);
    else values.push(show);
  }

  all(field: string): readonly string[] {
    return this.shown.get(field) ?? [];
  }

  first(...names: string[]): string | undefined {
    for (const name of names) {
      const value = this.all(name)[0];
      if (value !== undefined) return value;
    }
    return undefined;
  }

  number(...names: string[]): number | undefined {
    const text = this.first(...names);
    return text !== undefined && /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : undefined;
  }
}

/** What Wireshark puts below ARP and IPv4, and we decode as well. */
const LINK_LAYERS: ReadonlySet<string> = new Set([
  "eth",
  "vlan",
  "ieee8021ad",
  "ieee8021ah",
  "llc",
  "sll",
  "null",
  "raw",
  "radiotap",
  "wlan",
  "wlan_radio",
  "ppi",
  "pktap",
  "nflog",
  "fake-field-wrapper",
]);

/** What Wireshark says of a packet as it lists protocols: none of them is in the packet. */
const NO_PROTOCOLS: ReadonlySet<string> = new Set(["geninfo", "frame", "pkt_comment"]);

/** Collects what one packet's dissection shows; by what it says and by none of the bytes behind it. */
export class Dissection implements PdmlVisitor {
  private layers: Layer[] = [];
  private isInside = false;

  reset(): void {
    this.layers = [];
    this.isInside = false;
  }

  protocol({ name = "" }: PdmlElement, depth: number): void {
    this.isInside = depth > 1;
    if (!this.isInside) this.layers.push(new Layer(name));
  }

  field({ name = "", show, pos }: PdmlElement): void {
    const layer = this.layers.at(-1);
    if (layer === undefined || this.isInside) return;
    if (name === "filtered" && pos === undefined) layer.isFilteredOut = true;
    else if (show !== undefined) layer.add(name, show);
  }

  /** @returns null where the packet has no number */
  conclude(): FrameFields | null {
    const about = this.layers.find(({ name }) => name === "geninfo");
    const number = about?.number("num");
    if (about === undefined || number === undefined) return null;
    const fields = new Map<DifferentField, string>();
    const untold = new Set<DifferentField>();
    this.record(about, fields, untold);
    const layers = this.layers.filter(({ name }) => !NO_PROTOCOLS.has(name));
    const aboveLink = layers.findIndex(({ name }) => !LINK_LAYERS.has(name));
    const link = aboveLink < 0 ? layers : layers.slice(0, aboveLink);
    ethernet(link, fields, untold);
    const above = aboveLink < 0 ? [] : layers.slice(aboveLink);
    if (above[0]?.name === "arp") arp(above[0], fields, untold);
    else if (above[0]?.name === "ip") ipv4(above, fields, untold);
    return { number, fields, untold };
  }

  private record(about: Layer, fields: Map<DifferentField, string>, untold: Set<DifferentField>): void {
    const frame = this.layers.find(({ name }) => name === "frame");
    const encapsulation = frame?.number("frame.encap_type");
    const linkType = encapsulation === undefined ? null : encapsulationLinkType(encapsulation);
    if (linkType === null) untold.add("link-type");
    else fields.set("link-type", linkTypeName(linkType));
    const time = frame?.first("frame.time_epoch");
    if (time === undefined || !/^\d+\.\d{9}$/.test(time)) untold.add("timestamp");
    else fields.set("timestamp", time);
    set(fields, "captured-length", about.number("caplen"), countText);
    set(fields, "original-length", about.number("len"), countText);
  }
}

function ethernet(
  link: readonly Layer[],
  fields: Map<DifferentField, string>,
  untold: Set<DifferentField>,
): void {
  const [outer] = link;
  if (outer?.name !== "eth") {
    untold.add("ethernet-source").add("ethernet-destination").add("vlan");
    return;
  }
  if (outer.isFilteredOut) untold.add("ethernet-source").add("ethernet-destination");
  set(fields, "ethernet-destination", outer.first("eth.dst"));
  set(fields, "ethernet-source", outer.first("eth.src"));
  const tags = link.filter(({ name }) => name === "vlan" || name === "ieee8021ad" || name === "ieee8021ah");
  // A backbone's tag names no VLAN that hosts know of, and beyond four tags ours does not look.
  if (tags.some(({ name, isFilteredOut }) => isFilteredOut || name === "ieee8021ah") || tags.length > 4) {
    untold.add("vlan");
  }
  const vlans = tags
    .map((tag) => tag.number("vlan.id", "ieee8021ad.id", "ieee8021ad.cvid", "ieee8021ad.svid"))
    .filter((vlan) => vlan !== undefined && vlan !== 0);
  if (vlans.length > 0) fields.set("vlan", vlans.slice(-2).join("."));
}

const ARP_FIELDS = [
  "arp-operation",
  "arp-sender-mac",
  "arp-sender-ip",
  "arp-target-mac",
  "arp-target-ip",
] as const;

function arp(layer: Layer, fields: Map<DifferentField, string>, untold: Set<DifferentField>): void {
  if (layer.isFilteredOut) for (const field of ARP_FIELDS) untold.add(field);
  const hardware = layer.number("arp.hw.type");
  const operation = layer.number("arp.opcode");
  const target = layer.first("arp.dst.proto_ipv4");
  // Requests and replies for IPv4 over Ethernet: any other ARP teaches no host, and ours takes none.
  if (hardware !== 1 && hardware !== 6) return;
  if ((operation !== 1 && operation !== 2) || target === undefined) return;
  if (layer.number("arp.proto.type") !== 0x0800) return;
  if (layer.number("arp.hw.size") !== 6 || layer.number("arp.proto.size") !== 4) return;
  set(fields, "arp-operation", operation, String);
  set(fields, "arp-sender-mac", layer.first("arp.src.hw_mac"));
  set(fields, "arp-sender-ip", layer.first("arp.src.proto_ipv4"));
  set(fields, "arp-target-mac", layer.first("arp.dst.hw_mac"));
  set(fields, "arp-target-ip", target);
}

/** RFC 2131 and RFC 2132, section 9.6. */
const BOOT_REPLY = 2;
const ACKNOWLEDGEMENT = 5;

const IPV4_FIELDS = ["ip-source", "ip-destination", "ip-ttl", "ip-identification", "ip-protocol"] as const;
const TRANSPORT_FIELDS = ["source-port", "destination-port", "tcp-flags"] as const;
const TUNNEL_FIELDS = ["tunnelled-source", "tunnelled-destination"] as const;
const VRRP_FIELDS = ["vrrp-router-id", "vrrp-priority", "vrrp-addresses"] as const;
const LEASE_FIELDS = ["lease-ip", "lease-mac"] as const;
const ABOVE_IPV4 = [...TRANSPORT_FIELDS, ...TUNNEL_FIELDS, ...VRRP_FIELDS, ...LEASE_FIELDS] as const;

function ipv4(
  [header, ...above]: readonly Layer[],
  fields: Map<DifferentField, string>,
  untold: Set<DifferentField>,
): void {
  if (header === undefined) return;
  if (header.isFilteredOut) for (const field of IPV4_FIELDS) untold.add(field);
  const isFragment = header.number("ip.flags.mf") === 1 || header.number("ip.frag_offset") !== 0;
  // Wireshark shows what fragments carry with the last of them, we with the first.
  if (header.isFilteredOut || isFragment) for (const field of ABOVE_IPV4) untold.add(field);
  const destination = header.first("ip.dst");
  if (destination === undefined) return;
  set(fields, "ip-source", header.first("ip.src"));
  set(fields, "ip-destination", destination);
  set(fields, "ip-ttl", header.number("ip.ttl"), String);
  set(fields, "ip-identification", header.number("ip.id"), String);
  set(fields, "ip-protocol", header.number("ip.proto"), String);
  if (!isFragment) aboveIpv4(above, fields, untold);
}

function aboveIpv4(
  [layer, ...above]: readonly Layer[],
  fields: Map<DifferentField, string>,
  untold: Set<DifferentField>,
): void {
  if (layer === undefined) return;
  if (layer.isFilteredOut) for (const field of ABOVE_IPV4) untold.add(field);
  if (layer.name === "tcp" || layer.name === "udp") {
    set(fields, "source-port", layer.number("tcp.srcport", "udp.srcport"), String);
    set(fields, "destination-port", layer.number("tcp.dstport", "udp.dstport"), String);
    const flags = layer.number("tcp.flags");
    if (flags !== undefined && (flags & 0xff) !== 0) fields.set("tcp-flags", String(flags & 0xff));
    lease(layer, above, fields);
  } else if (layer.name === "vrrp") {
    advertisement(layer, fields);
  } else {
    tunnel([layer, ...above], fields);
  }
}

/** A whole one, of the versions that are for IPv4. */
function advertisement(vrrp: Layer, fields: Map<DifferentField, string>): void {
  const version = vrrp.number("vrrp.version");
  const addresses = vrrp.all("vrrp.ip_addr");
  const isWhole = vrrp.number("vrrp.addr_count") === addresses.length;
  if (vrrp.number("vrrp.type") !== 1 || (version !== 2 && version !== 3) || !isWhole) return;
  set(fields, "vrrp-router-id", vrrp.number("vrrp.virt_rtr_id"), String);
  set(fields, "vrrp-priority", vrrp.number("vrrp.prio"), String);
  fields.set("vrrp-addresses", addresses.join(" "));
}

/** A DHCP server's acknowledgement to a client, or what an older BOOTP server answers. */
function lease(udp: Layer, above: readonly Layer[], fields: Map<DifferentField, string>): void {
  const message = above.find(({ name }) => name === "dhcp" || name === "bootp");
  const type = message?.number("dhcp.option.dhcp", "bootp.option.dhcp") ?? ACKNOWLEDGEMENT;
  const granted = message?.first("dhcp.ip.your", "bootp.ip.your");
  if (message?.number("dhcp.type", "bootp.type") !== BOOT_REPLY || type !== ACKNOWLEDGEMENT) return;
  if (udp.number("udp.srcport") !== 67 || udp.number("udp.dstport") !== 68) return;
  if (granted === undefined || granted === "0.0.0.0") return;
  set(fields, "lease-ip", granted);
  set(fields, "lease-mac", message?.first("dhcp.hw.mac_addr", "bootp.hw.mac_addr"));
}

/** Four levels, as deep as ours follows. */
function tunnel(layers: readonly Layer[], fields: Map<DifferentField, string>): void {
  let depth = 0;
  for (const layer of layers) {
    if (layer.name === "gre") continue;
    if (layer.name !== "ip" || depth === 4) return;
    depth++;
    set(fields, "tunnelled-source", layer.first("ip.src"));
    set(fields, "tunnelled-destination", layer.first("ip.dst"));
    if (layer.number("ip.frag_offset") !== 0) return;
  }
}

function set<T>(
  fields: Map<DifferentField, string>,
  field: DifferentField,
  value: T | undefined,
  text: (value: T) => string = String,
): void {
  if (value !== undefined) fields.set(field, text(value));
}
