import type { Finding } from "../findings/finding.ts";
import { ipText, macText, vlanOf } from "./text.ts";

/** A Wireshark display filter for the frames that a finding is about. */
export function displayFilterFor(finding: Finding): string {
  const ip = ipText(finding.ip);
  const vlan = vlanOf(finding.segment);
  const inVlan = vlan === null ? "" : ` && vlan.id == ${vlan}`;
  if (finding.kind === "vip-unanswered") {
    return `arp.opcode == 1 && arp.dst.proto_ipv4 == ${ip} && eth.dst == ff:ff:ff:ff:ff:ff${inVlan}`;
  }
  if (finding.kind === "vip-split")
    return `vrrp || (arp.opcode == 2 && arp.src.proto_ipv4 == ${ip})${inVlan}`;
  const mac = finding.claimant === null ? "00:00:00:00:00:00" : macText(finding.claimant);
  if (finding.kind === "arp-scan") return `arp.opcode == 1 && eth.src == ${mac}${inVlan}`;
  if (finding.kind === "vip-bypass") return `ip.dst == ${ip} && eth.dst == ${mac}${inVlan}`;
  return `${operationFilter(finding)}arp.src.proto_ipv4 == ${ip} && arp.src.hw_mac == ${mac}${inVlan}`;
}

/** Which ARP frames of the claimant: the kind tells them apart, and gratuitous ones count for one kind only. */
function operationFilter(finding: Finding): string {
  switch (finding.kind) {
    case "vip-source-in-request":
      return "arp.opcode == 1 && !arp.isgratuitous && ";
    case "vip-reply":
      return "arp.opcode == 2 && !arp.isgratuitous && ";
    case "vip-gratuitous":
      return "arp.isgratuitous && ";
    default:
      return "";
  }
}
