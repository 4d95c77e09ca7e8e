import { Anomaly, ArpOperation, type FrameFacts, FrameKind } from "./facts.ts";

/** RFC 826's layout for Ethernet and IPv4. */
const HRD = 0;
const PRO = 2;
const HLN = 4;
const PLN = 5;
const OP = 6;
const SHA = 8;
const SPA = 14;
const THA = 18;
const TPA = 24;
const PACKET_BYTES = 28;

const HARDWARE_ETHERNET = 1;
const HARDWARE_IEEE802 = 6;

/**
 * Decodes the ARP packet at `start..end` of `view` into `facts`.
 *
 * Takes what `arp_rcv` and `arp_process` of Linux take for an Ethernet device: hardware type 1 or 6, protocol IPv4,
 * lengths 6 and 4, a request or a reply. Anything else teaches no host and is `Malformed`.
 */
export function decodeArp(view: DataView, start: number, end: number, facts: FrameFacts): void {
  facts.kind = FrameKind.Malformed;
  if (end - start < PACKET_BYTES) {
    facts.anomaly = Anomaly.TruncatedArp;
    return;
  }
  const hardware = view.getUint16(start + HRD);
  if (
    (hardware !== HARDWARE_ETHERNET && hardware !== HARDWARE_IEEE802) ||
    view.getUint16(start + PRO) !== 0x0800 ||
    view.getUint8(start + HLN) !== 6 ||
    view.getUint8(start + PLN) !== 4
  ) {
    facts.anomaly = Anomaly.ForeignArp;
    return;
  }
  const operation = view.getUint16(start + OP);
  if (operation !== ArpOperation.Request && operation !== ArpOperation.Reply) {
    facts.anomaly = Anomaly.UnknownArpOperation;
    return;
  }
  facts.kind = FrameKind.Arp;
  facts.operation = operation;
  facts.senderMacHigh = view.getUint16(start + SHA);
  facts.senderMacLow = view.getInt32(start + SHA + 2);
  facts.senderIp = view.getInt32(start + SPA);
  facts.targetMacHigh = view.getUint16(start + THA);
  facts.targetMacLow = view.getInt32(start + THA + 2);
  facts.targetIp = view.getInt32(start + TPA);
}
