import { Air, Anomaly, type FrameFacts, FrameKind, type LinkAddresses, PacketType } from "./facts.ts";

/** The upper half of a destination that is not known: it has the group bit, so that it is no station's. */
export const UNKNOWN_MAC_HIGH = 0x0100;
export const UNKNOWN_MAC_LOW = 0;

export const BROADCAST_MAC_HIGH = 0xffff;
export const BROADCAST_MAC_LOW = -1;

/** Resets what a link layer other than Ethernet may say of a frame; the frame is `Other` until a decoder knows better. */
export function beginFrame(facts: FrameFacts, linkAddresses: LinkAddresses): void {
  facts.kind = FrameKind.Other;
  facts.anomaly = Anomaly.None;
  facts.segment = 0;
  facts.linkAddresses = linkAddresses;
  facts.packetType = PacketType.Unknown;
  facts.interfaceIndex = 0;
  facts.air = Air.Wired;
}

export function refuseFrame(facts: FrameFacts, anomaly: Anomaly): void {
  facts.kind = FrameKind.Malformed;
  facts.anomaly = anomaly;
}

export function setDestination(facts: FrameFacts, macHigh: number, macLow: number): void {
  facts.destinationMacHigh = macHigh;
  facts.destinationMacLow = macLow;
}

/** Takes the MACs at these offsets of `view`. */
export function readMacs(view: DataView, destination: number, source: number, facts: FrameFacts): void {
  setDestination(facts, view.getUint16(destination), view.getInt32(destination + 2));
  readSource(view, source, facts);
}

export function readSource(view: DataView, source: number, facts: FrameFacts): void {
  facts.sourceMacHigh = view.getUint16(source);
  facts.sourceMacLow = view.getInt32(source + 2);
}
