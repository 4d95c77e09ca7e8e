import type { FindingKind } from "../findings/finding.ts";
import { FIND_PORT } from "./settings.ts";
import type { Topic } from "./topic.ts";

type NoticeKind = Extract<
  FindingKind,
  "sender-mismatch" | "arp-flood" | "arp-scan" | "arp-storm" | "inventory-contradicted"
>;

/** Worth knowing, and no accusation. */
export const NOTICE_TOPICS: Readonly<Record<NoticeKind, Topic>> = {
  "sender-mismatch": {
    title: "An ARP frame names another MAC than the card that sent it, and nothing explains it",
    meaning: [
      "The Ethernet header and the ARP frame in it disagree on the sender. Linux learns the MAC that is inside and never looks at the one outside; switches do the opposite.",
    ],
    cause: [
      "Mostly innocent: a bridge that rewrites MACs (Wi-Fi repeaters, some hypervisors), Microsoft's NLB, a bond, a virtual MAC. It is reported where nothing heard in the capture shows that it is one of these. A forger may do the same, to hide his own card or to set a cache right again.",
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
  "arp-flood": {
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
  "arp-scan": {
    title: "A host asks for one address after another",
    meaning: ["Somebody looks who is there. That harms nobody, but it is how an intrusion begins, too."],
    cause: [
      "arp-scan, nmap or netdiscover, an inventory or monitoring system, a router that was swept from outside and has to look every address up.",
    ],
    confirm: [
      {
        say: "On any host of the segment: who asks?",
        run: ["tcpdump -eni IFACE 'arp[6:2] = 1 and ether src MAC'"],
      },
      FIND_PORT,
    ],
    fix: [{ say: "Ask whose host it is whether the scan was meant." }],
  },
  "arp-storm": {
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
  "inventory-contradicted": {
    title: "The frames contradict an inventory",
    meaning: [
      "A file given with --inventory has an address at one MAC, and another host speaks for it; or it lists the parts of a VIP, and a host that it does not list plays one. One of the two is wrong. Nobody is accused by this alone: where somebody is, another finding says so.",
    ],
    cause: [
      "Mostly the inventory is behind: a network card was replaced, an address was given to another host, a failover came after it was written. It may also be that a host took an address that is not its own, in a way that the capture does not show; or that the inventory was taken while a cache was poisoned.",
    ],
    confirm: [
      {
        say: "On a host that uses another address: ask who has it, and count the MACs that answer.",
        run: ["arping -c 3 -I IFACE ADDRESS"],
      },
    ],
    fix: [
      {
        say: "Correct whichever is wrong. lvs-pcap topology writes down what the capture shows, as a start.",
      },
    ],
  },
};
