import { hostName, shortName } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import type { FindingFacts } from "../account.ts";
import { courseOf, effectOf, whoOf } from "../clauses.ts";
import { anyClaimOf } from "../filters.ts";
import { isolate, SHUT_OUT } from "../fix/isolate.ts";
import { ASK_AROUND, SEE_ENTRY, WATCH } from "../fix/rivals.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const ADDRESS_IMPERSONATION = findingKind({
  name: "address-impersonation",
  topic: {
    title: "A host with an address of its own claims another's, unasked or again and again",
    meaning: [
      "As with the gateway's address, but for another host's, or for a VIP by a host that is no part of the cluster. Two such findings about two hosts and one claimant are a man in the middle between the two.",
    ],
    cause: [
      "Replies that nobody asked for, or requests at a tool's pace in another's name: arpspoof, ettercap, bettercap, scapy. Kernels send neither.",
    ],
    confirm: [SEE_ENTRY, WATCH, ASK_AROUND],
    fix: SHUT_OUT,
  },
  severity: always("critical"),
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
    zeek: "Mapping_Changed, Unsolicited_Reply (of the community's ARP script; Zeek's own only raises the event arp_reply)",
  },
  eve: { signatureId: 8, category: "Misc Attack", arp: "any" },
  picture: { ...WRONG_CLAIMANT, intrusion: { ownerLeadsElsewhere: false } },
  deed: "claims another host's address",
  isClaim: true,
  counts: "frame",
  cure: "Shut its switch port",
  summary: (finding) =>
    `${whoOf(finding)} ${finding.count === 1 ? "told" : "keeps telling"} others, unasked, that ${finding.ip} is at ${finding.named ?? "its MAC"} (${finding.frameText(finding.first)})${effectOf(finding)}: take ${shortName(finding.claimant)} off the network and find out what runs on it.`,
  headline: (finding) =>
    `${capitalise(hostName(finding.claimant))} posed as ${addressee(finding)}: ${courseOf(finding)}`,
  fix: isolate,
  filter: anyClaimOf,
});

/** Of a host that is called by another address only its MAC tells that this one is its own, too. */
function addressee({ ip, rightful }: FindingFacts): string {
  if (rightful === null) return `${ip}, the address of another host`;
  if (rightful.ip === ip) return hostName(rightful);
  const isNameless = rightful.role === "host" || rightful.role === "unknown";
  return `${ip}, the address of ${isNameless ? rightful.mac : hostName(rightful)}`;
}
