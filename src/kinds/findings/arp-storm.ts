import { plural } from "../../words/counts.ts";
import { headlineOf, whoOf } from "../clauses.ts";
import { COUNTED } from "../evident.ts";
import { frameRange } from "../filters.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const ARP_STORM = findingKind({
  name: "arp-storm",
  topic: {
    title: "One and the same ARP frame comes many times a second",
    meaning: [
      "No kernel asks for an address more than once a second, nor answers the same host again and again.",
    ],
    cause: [
      "A loop in the network without spanning tree, a switch or access point that repeats frames, a program that sends requests without waiting for the answer.",
    ],
    confirm: [
      {
        say: "On any host of the segment: how many are there in ten seconds?",
        run: ["timeout 10 tcpdump -ni IFACE 'arp and ether src MAC' | wc -l"],
      },
      {
        say: "On Linux bridges: is spanning tree on, and which ports forward?",
        run: ["ip -d link show type bridge", "bridge link show"],
      },
    ],
    fix: [
      {
        say: "Open the loop: pull cables one by one while you watch the counter; then turn spanning tree or loop protection on.",
      },
    ],
  },
  severity: always("notice"),
  otherNames: { wireshark: "ARP packet storm detected (arp.packet-storm-detected), where it is switched on" },
  eve: { signatureId: 14, category: "Misc activity", arp: "any" },
  picture: WRONG_CLAIMANT,
  deed: "repeats one ARP frame many times a second",
  evident: COUNTED,
  isClaim: false,
  counts: "frame",
  cure: "See what it is",
  summary: (finding) =>
    `${whoOf(finding)} sent the same ARP frame about ${finding.ip} ${plural(finding.count, "time")}, many a second, from ${finding.frameText(finding.first)} on: a loop in the network, or a program that does not wait for an answer.`,
  headline: headlineOf("repeats one ARP frame many times a second"),
  fix: () => [],
  filter(finding) {
    const isRequest = finding.proof.some(({ what, isRequest: asks }) => what === "repeated" && asks === true);
    return [
      `arp.opcode == ${isRequest ? 1 : 2}`,
      `eth.src == ${finding.claimant.mac}`,
      `arp.dst.proto_ipv4 == ${finding.ip}`,
      ...frameRange(finding),
    ];
  },
});
