import { isSeen, shortName } from "../../words/hosts.ts";
import type { FindingAccount } from "../account.ts";
import { effectOf, leakHeadline, whoOf } from "../clauses.ts";
import { announcementsOf } from "../filters.ts";
import { checkCache, HEAL, heal, SEE_CACHE } from "../fix/announce.ts";
import { KEEP_BOTH, offTheCard, realServerSettings, SET_BOTH } from "../fix/real-server-settings.ts";
import { type FixStep, step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { ONCE_LEARNED } from "../severity.ts";

export const VIP_GRATUITOUS = findingKind({
  name: "vip-gratuitous",
  topic: {
    title: "A host that is not its director announces the VIP",
    meaning: [
      "A real server announced to all hosts that the VIP is at its MAC: gratuitous ARP, with the VIP as sender and as target. Linux updates an existing entry at once, even within its locktime.",
    ],
    cause: [
      "The Linux kernel never announces an address of lo. So a program did: the network scripts of RHEL and its derivatives when they bring up an alias (arping -A, then arping -U), keepalived or another cluster manager that believes this host to be master, a virtualisation agent, or arping by hand. With arp_notify=1 the kernel announces the addresses of a card whose link comes up.",
    ],
    confirm: [
      {
        say: "On the real server: see on which interface the VIP is, whether the kernel announces, and what else may.",
        run: [
          "ip addr show to VIP",
          "sysctl net.ipv4.conf.all.arp_notify net.ipv4.conf.IFACE.arp_notify",
          "ps -e -o pid,args | grep -E 'keepalived|arping|heartbeat|pacemaker|speaker|kube-vip'",
        ],
      },
      {
        say: "On the director: wait for the next announcement; the MAC in front of it is the sender's.",
        run: ["tcpdump -eni IFACE 'arp and src host VIP and dst host VIP'"],
      },
      SEE_CACHE,
    ],
    fix: [
      {
        say: "On the real server: stop what announces. In RHEL's ifcfg file of the alias: ARPUPDATE=no. A keepalived that runs on a real server must not list the VIP as an address of its own.",
      },
      {
        say: "Keep the VIP on lo or a dummy interface, which is never announced.",
        run: ["ip addr del VIP/32 dev IFACE", "ip addr add VIP/32 dev lo"],
      },
      SET_BOTH,
      KEEP_BOTH,
      HEAL,
    ],
  },
  severity: ONCE_LEARNED,
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the VIP",
  },
  eve: { signatureId: 3, category: "Potentially Bad Traffic", arp: "any" },
  picture: WRONG_CLAIMANT,
  deed: "announced the VIP",
  isClaim: true,
  counts: "frame",
  cure: "Stop what announces the VIP",
  summary(finding) {
    const { ip, claimant } = finding;
    const host = isSeen(claimant) ? shortName(claimant) : "it";
    return `${whoOf(finding)} announced VIP ${ip} as its own (${finding.frameText(finding.first)})${effectOf(finding)}: stop whatever announces it on ${host}.`;
  },
  headline: leakHeadline,
  fix: (finding) => [
    ...announcers(finding),
    offTheCard(finding),
    ...realServerSettings(finding, "arp_ignore", "arp_announce"),
    ...heal(finding),
    ...checkCache(finding),
  ],
  filter: announcementsOf,
});

function announcers({ claimant }: FindingAccount): FixStep[] {
  return [
    step({
      host: claimant,
      what: "Stop keepalived, if it runs there and should not",
      command: "systemctl --no-pager status keepalived",
      note: "On a real server keepalived must not list the VIP as an address of its own.",
    }),
    step({
      host: claimant,
      what: "Find a network script that announces the VIP",
      command: "grep -rs ARPUPDATE /etc/sysconfig/network-scripts/",
      note: "RHEL's ifup runs arping for an alias; ARPUPDATE=no in the alias' ifcfg file stops it.",
    }),
  ];
}
