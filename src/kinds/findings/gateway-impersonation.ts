import { hostName, shortName } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import { courseOf, effectOf, whoOf } from "../clauses.ts";
import { anyClaimOf } from "../filters.ts";
import { isolate, SHUT_OUT } from "../fix/isolate.ts";
import { SEE_ENTRY, WATCH } from "../fix/rivals.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const GATEWAY_IMPERSONATION = findingKind({
  name: "gateway-impersonation",
  topic: {
    title: "Another host claims the gateway's address",
    meaning: [
      "A host tells others that the gateway's address is at its own MAC. Hosts that believe it send it all their traffic to other networks. It can read, change or drop that traffic, and usually passes it on so that nobody notices.",
    ],
    cause: [
      "A tool for the man in the middle: arpspoof, ettercap, bettercap, scapy. They tell the lie again every second or few, because caches would forget. Rarely it is a mistake: a second router or a virtual machine with the gateway's address, which then claims nothing else and does not insist.",
    ],
    confirm: [
      SEE_ENTRY,
      WATCH,
      {
        say: "On a victim: see whether there is one hop more on the way out than there was.",
        run: ["traceroute -n 192.0.2.1"],
      },
    ],
    fix: SHUT_OUT,
  },
  severity: always("critical"),
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
    zeek: "Mapping_Changed, Unsolicited_Reply (of the community's ARP script; Zeek's own only raises the event arp_reply)",
  },
  eve: { signatureId: 7, category: "Misc Attack", arp: "any" },
  picture: { ...WRONG_CLAIMANT, intrusion: { ownerLeadsElsewhere: true } },
  deed: "claims the gateway's address",
  isClaim: true,
  counts: "frame",
  cure: "Shut its switch port",
  summary: (finding) =>
    `${whoOf(finding)} claims the gateway's address ${finding.ip} (${finding.frameText(finding.first)})${effectOf(finding)}: take ${shortName(finding.claimant)} off the network and find out what runs on it.`,
  headline: (finding) =>
    `${capitalise(hostName(finding.claimant))} posed as the gateway ${finding.ip}: ${courseOf(finding)}`,
  fix: isolate,
  filter: anyClaimOf,
});
