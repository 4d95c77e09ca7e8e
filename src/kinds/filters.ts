import type { FindingAccount } from "./account.ts";

/** Conditions of Wireshark's display filters that several kinds share. */

export const BROADCAST = "ff:ff:ff:ff:ff:ff";

export function frameRange({ first, last }: FindingAccount): string[] {
  return [`frame.number >= ${first.frame}`, `frame.number <= ${last.frame}`];
}

/** ARP frames whose sender is the address at the claimant's MAC, or at the one that they name. */
export function claimsOf({ ip, claimant: { mac }, named }: FindingAccount): string[] {
  const sender = [`arp.src.proto_ipv4 == ${ip}`, `arp.src.hw_mac == ${named ?? mac}`];
  return named === null ? sender : [...sender, `eth.src == ${mac}`];
}

export function requestsOf(finding: FindingAccount): string[] {
  return ["arp.opcode == 1", "!arp.isgratuitous", ...claimsOf(finding)];
}

export function repliesOf(finding: FindingAccount): string[] {
  return ["arp.opcode == 2", "!arp.isgratuitous", ...claimsOf(finding)];
}

export function announcementsOf(finding: FindingAccount): string[] {
  return ["arp.isgratuitous", ...claimsOf(finding)];
}

export function sentBy({ victims }: FindingAccount): string {
  return `eth.src in {${victims.map(({ mac }) => mac).join(", ")}}`;
}

/** Claims in whatever form; or what shows that somebody took the claimant for the owner, where no claim was captured. */
export function anyClaimOf(finding: FindingAccount): string[] {
  const { ip, claimant, proof } = finding;
  const forms = proof.flatMap(({ what, form }) => (what === "claim" && form !== undefined ? [form] : []));
  if (forms.length === 0) return ["ip", `eth.dst == ${claimant.mac}`, sentBy(finding)];
  return forms.includes("addressed")
    ? ["arp.opcode == 2", `arp.dst.proto_ipv4 == ${ip}`, `arp.dst.hw_mac == ${claimant.mac}`]
    : claimsOf(finding);
}

/** Where no field tells the frames from others: their numbers, or all ARP frames about the address. */
export function byNumber({ proof, proofTotal, ip }: FindingAccount): string {
  if (proof.length < proofTotal || new Set(proof.map(({ capture }) => capture)).size > 1)
    return `arp && (arp.dst.proto_ipv4 == ${ip} || arp.src.proto_ipv4 == ${ip})`;
  return `frame.number in {${proof.map(({ frame }) => frame).join(", ")}}`;
}
