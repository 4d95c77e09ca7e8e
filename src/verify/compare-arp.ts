import { ArpOperation, type FrameFacts, FrameKind } from "../decode/facts.ts";
import { ipText, macText } from "../reports/text.ts";
import type { DifferenceLog } from "./difference.ts";
import type { SecondArp } from "./second-arp.ts";

/**
 * Compares what both decoders say of one frame's ARP packet, field by field.
 *
 * @returns whether at least one of them finds one
 */
export function compareArp(facts: FrameFacts, theirs: SecondArp | null, log: DifferenceLog): boolean {
  const isArp = facts.kind === FrameKind.Arp;
  if (isArp !== (theirs !== null)) log.add(facts.number, "arp", arpOrNot(isArp), arpOrNot(!isArp));
  if (!isArp || theirs === null) return isArp || theirs !== null;

  const compare = <T>(
    field: Parameters<DifferenceLog["add"]>[1],
    ours: T,
    second: T,
    show: (value: T) => string,
  ) => {
    if (ours !== second) log.add(facts.number, field, show(ours), show(second));
  };
  compare("arp-operation", facts.operation, theirs.operation, operationText);
  compare("arp-sender-mac", mac48(facts.senderMacHigh, facts.senderMacLow), theirs.senderMac, mac48Text);
  compare("arp-sender-ip", facts.senderIp >>> 0, theirs.senderIp, ipText);
  compare("arp-target-mac", mac48(facts.targetMacHigh, facts.targetMacLow), theirs.targetMac, mac48Text);
  compare("arp-target-ip", facts.targetIp >>> 0, theirs.targetIp, ipText);
  compare("vlan", segmentVlans(facts.segment), theirs.vlans.slice(-2).join("."), (vlans) => vlans || "none");
  return true;
}

function arpOrNot(isArp: boolean): string {
  return isArp ? "ARP" : "not ARP";
}

function operationText(operation: number): string {
  const name = { [ArpOperation.Request]: "request", [ArpOperation.Reply]: "reply" }[operation];
  return name ?? String(operation);
}

/** A segment holds the two innermost VLANs: "outer.inner", "inner" or nothing. */
function segmentVlans(segment: number): string {
  return [segment >>> 12, segment & 0xfff].filter((vlan) => vlan !== 0).join(".");
}

const LOW_32_BITS = 2 ** 32;

function mac48(high: number, low: number): number {
  return high * LOW_32_BITS + (low >>> 0);
}

function mac48Text(mac: number): string {
  return macText({ macHigh: Math.floor(mac / LOW_32_BITS), macLow: mac % LOW_32_BITS });
}
