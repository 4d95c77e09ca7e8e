import { SERVICE_SEGMENT } from "../decode/ether-type.ts";
import type { Finding } from "../findings/finding.ts";
import { ipText, macText } from "./text.ts";

/**
 * A Wireshark display filter for the frames that a finding counts.
 *
 * @param tagged whether the captures hold tagged frames at all: only then must those of other VLANs be kept out
 * @param linkTypes names of those of the capture: where MACs are not Ethernet's, Wireshark has other fields for them
 */
export function displayFilterFor(finding: Finding, tagged: boolean, linkTypes: readonly string[]): string {
  const conditions = [...framesOf(finding), ...(tagged ? segmentFilter(finding.segment) : [])];
  return conditions.flatMap((condition) => inFieldsOf(linkTypes, condition)).join(" && ");
}

/** The condition in the fields of the capture's link layer; none where that has no such field. */
function inFieldsOf(linkTypes: readonly string[], condition: string): string[] {
  if (!condition.startsWith("eth.") || linkTypes.includes("ETHERNET")) return [condition];
  if (linkTypes.some((name) => name.startsWith("LINUX_SLL"))) {
    if (condition.startsWith("eth.src")) return [condition.replace("eth.src", "sll.src.eth")];
    // Packet type 0: to the machine itself.
    return condition.endsWith(BROADCAST) ? [] : ["sll.pkttype == 0"];
  }
  if (linkTypes.some((name) => name.startsWith("IEEE802_11") || name === "PPI"))
    return [condition.replace("eth.src", "wlan.sa").replace("eth.dst", "wlan.da")];
  return linkTypes.includes("NFLOG") ? [] : [condition];
}

const BROADCAST = "ff:ff:ff:ff:ff:ff";

/** Conditions that all hold for the frames. */
function framesOf(finding: Finding): string[] {
  const ip = ipText(finding.ip);
  const mac = finding.claimant === null ? "00:00:00:00:00:00" : macText(finding.claimant);
  const range = [`frame.number >= ${finding.first.frame}`, `frame.number <= ${finding.last.frame}`];
  const claims =
    finding.named === undefined
      ? [`arp.src.proto_ipv4 == ${ip}`, `arp.src.hw_mac == ${mac}`]
      : [`arp.src.proto_ipv4 == ${ip}`, `arp.src.hw_mac == ${macText(finding.named)}`, `eth.src == ${mac}`];
  switch (finding.kind) {
    case "vip-source-in-request":
      return ["arp.opcode == 1", "!arp.isgratuitous", ...claims];
    case "vip-reply":
      return ["arp.opcode == 2", "!arp.isgratuitous", ...claims];
    case "vip-gratuitous":
      return ["arp.isgratuitous", ...claims];
    case "vip-bypass": {
      const senders = finding.victims.map(({ station }) => macText(station)).join(", ");
      const frames = [`ip.dst == ${ip}`, `eth.dst == ${mac}`, `eth.src in {${senders}}`];
      // What fooled them again later is another finding's.
      return finding.victims.some(({ restored }) => restored !== null) ? [...frames, ...range] : frames;
    }
    case "vip-unanswered":
    case "vip-split":
      if (finding.virtualRouterId != null)
        return [`vrrp.virt_rtr_id == ${finding.virtualRouterId}`, ...range];
      return [
        framesByNumber(finding) ?? `arp && (arp.dst.proto_ipv4 == ${ip} || arp.src.proto_ipv4 == ${ip})`,
      ];
    case "arp-scan":
      return [
        "arp.opcode == 1",
        "!arp.isgratuitous",
        `eth.src == ${mac}`,
        `eth.dst == ${BROADCAST}`,
        ...range,
      ];
    case "arp-storm": {
      const isRequest = finding.evidence.some(
        (evidence) => evidence.what === "repeated" && evidence.isRequest,
      );
      return [
        `arp.opcode == ${isRequest ? 1 : 2}`,
        `eth.src == ${mac}`,
        `arp.dst.proto_ipv4 == ${ip}`,
        ...range,
      ];
    }
    case "arp-flood":
      return ["arp.opcode in {1, 2}", "arp.proto.type == 0x0800", "arp.hw.size == 6", ...range];
    case "inventory-contradicted":
      return finding.evidence.some(({ what }) => what === "has-role")
        ? [`eth.addr == ${mac}`, `ip.addr == ${ip}`]
        : claims;
    case "sender-mismatch":
      return claims;
    default:
      if (finding.evidence.every(({ what }) => what !== "claim")) {
        const senders = finding.victims.map(({ station }) => macText(station)).join(", ");
        return ["ip", `eth.dst == ${mac}`, `eth.src in {${senders}}`];
      }
      return finding.evidence.some((evidence) => evidence.what === "claim" && evidence.form === "addressed")
        ? ["arp.opcode == 2", `arp.dst.proto_ipv4 == ${ip}`, `arp.dst.hw_mac == ${mac}`]
        : claims;
  }
}

/** Where no field tells the frames from others, their numbers do; null where not all of them are at hand. */
function framesByNumber({ evidence, evidenceTotal }: Finding): string | null {
  if (evidence.length < evidenceTotal || new Set(evidence.map(({ at }) => at.capture)).size > 1) return null;
  return `frame.number in {${evidence.map(({ at }) => at.frame).join(", ")}}`;
}

function segmentFilter(wholeSegment: number): string[] {
  // An interface's number, or a backbone service, is not in the tags.
  const segment = (wholeSegment & SERVICE_SEGMENT) === 0 ? wholeSegment & 0xffffff : wholeSegment & 0xfff;
  // A priority tag, VLAN 0, leaves a frame untagged (802.1Q, 9.6).
  if (segment === 0) return ["!(vlan.id > 0)"];
  const [inner, outer] = [segment & 0xfff, segment >>> 12];
  // Where tags are stacked deeper, the same identifier may stand further out (the layer operator is Wireshark 4's).
  return outer === 0 ? [`vlan.id == ${inner}`] : [`vlan.id == ${outer}`, `vlan.id#[-1] == ${inner}`];
}
