import { plural } from "../../words/counts.ts";
import { shortName } from "../../words/hosts.ts";
import { headlineOf } from "../clauses.ts";
import { COUNTED } from "../evident.ts";
import { frameRange } from "../filters.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const ARP_FLOOD = findingKind({
  name: "arp-flood",
  topic: {
    title: "ARP senders never heard before come by the hundred",
    meaning: [
      "More new MACs speak ARP within a short time than any network has machines to switch on. Switches have tables for some thousands of MACs; when they are full, they send frames to every port, where anybody can read them. Neighbour tables of hosts overflow, too.",
    ],
    cause: ["A tool that fills tables (macof of dsniff), a fuzzer, or a loop that lets another network in."],
    confirm: [
      {
        say: "On the switch: count the MACs by port. On a Linux bridge:",
        run: ["bridge fdb show | awk '{print $3}' | sort | uniq -c | sort -rn | head"],
      },
      {
        say: "On hosts: has the neighbour table overflowed?",
        run: ["dmesg | grep -i 'neighbour table overflow'", "ip neigh show | wc -l"],
      },
    ],
    fix: [{ say: "Limit the MACs by port (port security), and shut the port from which they come." }],
  },
  severity: always("notice"),
  otherNames: { arpwatch: "new station, hundreds of times" },
  eve: { signatureId: 12, category: "Misc activity", arp: "any" },
  picture: WRONG_CLAIMANT,
  deed: "is the first of hundreds of new ARP senders",
  evident: COUNTED,
  isClaim: false,
  counts: "frame",
  cure: "See what it is",
  summary: (finding) =>
    `ARP senders never heard before came by the hundred, ${plural(finding.count, "frame")} from ${finding.frameText(finding.first)} on, ${shortName(finding.claimant)} first: a tool that fills tables, or a loop that lets another network in.`,
  headline: headlineOf("is the first of hundreds of new ARP senders"),
  fix: () => [],
  filter: (finding) => [
    "arp.opcode in {1, 2}",
    "arp.proto.type == 0x0800",
    "arp.hw.size == 6",
    ...frameRange(finding),
  ],
});
