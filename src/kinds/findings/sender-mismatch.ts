import { shortName } from "../../words/hosts.ts";
import { framesFrom, headlineOf, whoOf } from "../clauses.ts";
import { COUNTED } from "../evident.ts";
import { claimsOf } from "../filters.ts";
import { FIND_PORT } from "../fix/isolate.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const SENDER_MISMATCH = findingKind({
  name: "sender-mismatch",
  topic: {
    title: "An ARP frame names another MAC than the card that sent it, and nothing explains it",
    meaning: [
      "The Ethernet header and the ARP frame in it disagree on the sender. Linux learns the MAC that is inside and never looks at the one outside; switches do the opposite.",
    ],
    cause: [
      "Usually benign: a bridge that rewrites MACs (Wi-Fi repeaters, some hypervisors), Microsoft's NLB, a bond, a virtual MAC. It is reported where nothing heard in the capture shows that it is one of these. A forger may do the same, to hide its own card or to restore a cache.",
    ],
    confirm: [
      {
        say: "On any host of the segment: compare the MAC in front (the card's) with the one after is-at, or of the sender.",
        run: ["tcpdump -evni IFACE 'arp and ether src MAC'"],
      },
      FIND_PORT,
    ],
    fix: [
      {
        say: "Find out what the host is. A bridge or a cluster needs nothing; else see address-impersonation.",
      },
    ],
  },
  severity: always("notice"),
  otherNames: {
    arpwatch: "ethernet mismatch",
    snort: "112:2 ethernet/ARP mismatch request for source",
    zeek: "bad_arp: weird-arp-sha",
  },
  eve: { signatureId: 11, category: "Potentially Bad Traffic", arp: "any" },
  picture: WRONG_CLAIMANT,
  deed: "sends ARP frames for another MAC than its own",
  evident: COUNTED,
  isClaim: true,
  counts: "frame",
  cure: "See what it is",
  summary: (finding) =>
    `${whoOf(finding)} sends ARP frames that put ${finding.ip} at ${finding.named ?? "another MAC"} (${framesFrom(finding)}): a bridge that rewrites MACs, a cluster's shared MAC, or a forger; see what ${shortName(finding.claimant)} is.`,
  headline: headlineOf("sends ARP frames for another MAC than its own"),
  fix: () => [],
  filter: claimsOf,
});
