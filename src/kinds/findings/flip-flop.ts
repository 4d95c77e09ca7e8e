import { isSeen, rivalFullName, rivalName } from "../../words/hosts.ts";
import { BOTH_SEEN } from "../evident.ts";
import { anyClaimOf } from "../filters.ts";
import { ANNOUNCE_ADDRESS } from "../fix/announce.ts";
import { FIND_PORT } from "../fix/isolate.ts";
import { ASK_AROUND, partRivals, WATCH } from "../fix/rivals.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const FLIP_FLOP = findingKind({
  name: "flip-flop",
  topic: {
    title: "An address goes back and forth between hosts, and nothing explains it",
    meaning: [
      "First one host claims the address, then another, then the first again. It is not a move, because it comes back; no VRRP advertisement, lease or defence explains it; and at least one of the two does not hold the address as a kernel does.",
    ],
    cause: [
      "Two cluster managers that both believe to lead (MetalLB speakers, kube-vip, Pacemaker), a monitoring or failover script that announces on two machines, a forger and a host that defends itself.",
    ],
    confirm: [
      WATCH,
      ASK_AROUND,
      FIND_PORT,
      { say: "On each of the two hosts: does it have the address?", run: ["ip addr show to ADDRESS"] },
    ],
    fix: [
      { say: "Decide to which host the address belongs, and stop what announces it on the other one." },
      {
        say: "On the host that keeps the address: announce it.",
        run: ANNOUNCE_ADDRESS,
      },
    ],
  },
  severity: always("warning"),
  otherNames: {
    arpwatch: "flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
  },
  eve: { signatureId: 10, category: "Potentially Bad Traffic", arp: "any" },
  picture: { ...WRONG_CLAIMANT, claimantIs: "disputed" },
  deed: "takes an address by turns with another host",
  evident: BOTH_SEEN,
  isClaim: true,
  counts: "frame",
  cure: "See which may announce it",
  summary(finding) {
    const { ip, claimant, rightful } = finding;
    const rivals = [
      isSeen(claimant) ? rivalFullName(claimant, ip) : "one host",
      rightful === null ? "another" : rivalFullName(rightful, ip),
    ];
    return `${ip} goes back and forth between ${rivals.join(" and ")} (from ${finding.frameText(finding.first)}): see which of them may announce it.`;
  },
  headline: ({ ip, claimant, rightful }) =>
    `${ip} goes back and forth between ${rivalName(claimant, ip)} and ${rightful === null ? "another host" : rivalName(rightful, ip)}`,
  fix: partRivals,
  filter: anyClaimOf,
});
