import { LINKTYPE_ETHERNET, linkTypeName } from "../../capture/link-type.ts";
import { Anomaly, Control, type FrameFacts, FrameKind, IpProtocol } from "../../decode/facts.ts";
import { linkDecoder } from "../../decode/link-layer.ts";
import { ipText, macText } from "../../reports/text.ts";
import { countText } from "../../words/counts.ts";
import type { DifferentField } from "../difference.ts";
import type { FrameFields } from "./frame-fields.ts";

/** What our decoders say of a frame. */
export function ownFields(facts: FrameFacts, linkType: number, capturedBytes: number): FrameFields {
  const fields = new Map<DifferentField, string>([
    ["timestamp", timestampText(facts.seconds, facts.nanoseconds)],
    ["link-type", linkTypeName(linkType)],
    ["captured-length", countText(capturedBytes)],
    ["original-length", countText(facts.originalBytes)],
  ]);
  // Of some of these Wireshark keeps no number of its own, or takes a part for its own header.
  if (linkDecoder(linkType) === undefined) return { number: facts.number, fields, untold: RECORD_FIELDS };
  if (linkType === LINKTYPE_ETHERNET && facts.anomaly !== Anomaly.TruncatedEthernet) {
    fields.set("ethernet-destination", mac(facts.destinationMacHigh, facts.destinationMacLow));
    fields.set("ethernet-source", mac(facts.sourceMacHigh, facts.sourceMacLow));
    if (facts.segment !== 0) fields.set("vlan", vlansOf(facts.segment));
  }
  if (facts.kind === FrameKind.Arp) arpFields(facts, fields);
  else if (facts.kind === FrameKind.Ipv4) ipv4Fields(facts, fields);
  // Wireshark takes CARP for the VRRP that it looks like.
  const isCarp = facts.kind === FrameKind.Ipv4 && facts.control === Control.Carp;
  return { number: facts.number, fields, untold: isCarp ? VRRP_FIELDS : NONE };
}

const RECORD_FIELDS: ReadonlySet<DifferentField> = new Set([
  "link-type",
  "captured-length",
  "original-length",
]);
const NONE: ReadonlySet<DifferentField> = new Set();
const VRRP_FIELDS: ReadonlySet<DifferentField> = new Set([
  "vrrp-router-id",
  "vrrp-priority",
  "vrrp-addresses",
]);

/** A forged fraction may exceed a second. */
function timestampText(seconds: number, nanoseconds: number): string {
  const whole = seconds + Math.floor(nanoseconds / 1e9);
  return `${whole}.${String(nanoseconds % 1e9).padStart(9, "0")}`;
}

function arpFields(facts: FrameFacts, fields: Map<DifferentField, string>): void {
  fields.set("arp-operation", String(facts.operation));
  fields.set("arp-sender-mac", mac(facts.senderMacHigh, facts.senderMacLow));
  fields.set("arp-sender-ip", ipText(facts.senderIp));
  fields.set("arp-target-mac", mac(facts.targetMacHigh, facts.targetMacLow));
  fields.set("arp-target-ip", ipText(facts.targetIp));
}

function ipv4Fields(facts: FrameFacts, fields: Map<DifferentField, string>): void {
  fields.set("ip-source", ipText(facts.sourceIp));
  fields.set("ip-destination", ipText(facts.destinationIp));
  fields.set("ip-ttl", String(facts.ttl));
  fields.set("ip-identification", String(facts.identification));
  fields.set("ip-protocol", String(facts.protocol));
  if (facts.ports !== 0) {
    fields.set("source-port", String(facts.ports >>> 16));
    fields.set("destination-port", String(facts.ports & 0xffff));
  }
  if (facts.tcpFlags !== 0) fields.set("tcp-flags", String(facts.tcpFlags));
  if (facts.tunnelDepth > 0 && facts.protocol !== IpProtocol.Udp) {
    fields.set("tunnelled-source", ipText(facts.innerSourceIp));
    fields.set("tunnelled-destination", ipText(facts.innerDestinationIp));
  }
  if (facts.control === Control.Vrrp) vrrpFields(facts, fields);
  else if (facts.control === Control.Lease) {
    fields.set("lease-ip", ipText(facts.lease.ip));
    fields.set("lease-mac", mac(facts.lease.macHigh, facts.lease.macLow));
  }
}

function vrrpFields({ advert }: FrameFacts, fields: Map<DifferentField, string>): void {
  fields.set("vrrp-router-id", String(advert.virtualRouterId));
  fields.set("vrrp-priority", String(advert.priority));
  fields.set(
    "vrrp-addresses",
    Array.from(advert.addresses.subarray(0, advert.addressCount), ipText).join(" "),
  );
}

/** A segment holds the two innermost VLANs. */
function vlansOf(segment: number): string {
  return [segment >>> 12, segment & 0xfff].filter((vlan) => vlan !== 0).join(".");
}

function mac(macHigh: number, macLow: number): string {
  return macText({ macHigh, macLow });
}
