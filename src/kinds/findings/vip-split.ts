import { hostName } from "../../words/hosts.ts";
import type { FindingAccount } from "../account.ts";
import { ownerInShort, ownerOf, whoOf } from "../clauses.ts";
import { BOTH_SEEN } from "../evident.ts";
import { byNumber, frameRange } from "../filters.ts";
import { announce, COUNT_ANSWERS } from "../fix/announce.ts";
import { cardWith, type FixStep, step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const VIP_SPLIT = findingKind({
  name: "vip-split",
  topic: {
    title: "Two directors hold the VIP at once",
    meaning: [
      "Two hosts both advertise the virtual router, or both answer for the VIP. Each part of the network believes the one that it heard last; connections are spread over two directors that do not know of each other's, and reset when a cache changes sides.",
    ],
    cause: [
      "The directors do not hear each other's VRRP advertisements: a firewall on a director, a switch that filters multicast (IGMP snooping without a querier), different VLANs, another VRID or password on each side, or a unicast_peer that is wrong. Or the master was so busy that its advertisements came too late.",
    ],
    confirm: [
      {
        say: "On each director: does it hear the other? In health only the master's address is seen.",
        run: ["tcpdump -ni IFACE 'ip proto 112'"],
      },
      { say: "On each director: does it have the VIP? Only one may.", run: ["ip addr show to VIP"] },
      {
        say: "On each director: are advertisements dropped?",
        run: ["nft list ruleset | grep -iE 'vrrp|112|224.0.0.18'"],
      },
      COUNT_ANSWERS,
    ],
    fix: [
      {
        say: "At once: stop keepalived on the director that should be the backup, and let the other announce the VIP.",
        run: ["systemctl stop keepalived", "arping -U -c 3 -I IFACE VIP"],
      },
      {
        say: "Let IP protocol 112 to 224.0.0.18 pass between the directors; where a switch filters multicast, use unicast_peer.",
      },
      {
        say: "In keepalived.conf, so that after a split the winner's MAC is the last that anybody hears: vrrp_higher_prio_send_advert true, and vrrp_garp_master_refresh 60.",
      },
    ],
  },
  severity: always("critical"),
  otherNames: {
    arpwatch: "flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
  },
  eve: { signatureId: 6, category: "Potentially Bad Traffic", arp: "any" },
  picture: { ...WRONG_CLAIMANT, showsStrayTraffic: false, isWrongInCache: false },
  deed: "acts as director beside another one",
  evident: BOTH_SEEN,
  isClaim: true,
  counts: "frame",
  cure: "Let the directors hear each other",
  summary: (finding) =>
    `${whoOf(finding)} and ${ownerOf(finding, "another director")} both act as director of VIP ${finding.ip} (from ${finding.frameText(finding.first)}): see why they do not hear each other, and stop one of them.`,
  headline: (finding) =>
    `Two directors hold the VIP ${finding.ip} at once: ${hostName(finding.claimant)} and ${ownerInShort(finding)}`,
  fix: stopOne,
  filter: (finding) =>
    finding.virtualRouterId === null
      ? [byNumber(finding)]
      : [`vrrp.virt_rtr_id == ${finding.virtualRouterId}`, ...frameRange(finding)],
});

function stopOne({ ip, claimant, rightful }: FindingAccount): FixStep[] {
  return [
    ...[claimant, rightful].map((host) =>
      step({
        host,
        what:
          host === null
            ? "On the other director: see whether it hears the first one's VRRP"
            : "See whether it hears the other's VRRP",
        command: "timeout 5 tcpdump -ni any 'ip proto 112'",
        note: "Look for a firewall rule, a switch that filters multicast to 224.0.0.18, or a wrong interface in keepalived.conf.",
      }),
    ),
    step({
      host: claimant,
      what: "Until they hear each other, stop one of them",
      command: "systemctl stop keepalived",
    }),
    ...announce(
      rightful,
      rightful === null
        ? "On the other director: announce the VIP"
        : "Announce the VIP from the one that goes on",
      ip,
      cardWith(ip),
    ),
    step({
      host: null,
      what: "On both directors: have the winner of a later split announce itself again",
      note: "In keepalived.conf: vrrp_higher_prio_send_advert true, and vrrp_garp_master_refresh 60.",
    }),
  ];
}
