import type { FindingKind } from "../findings/finding.ts";
import { FIND_PORT } from "./settings.ts";
import type { Step, Topic } from "./topic.ts";

type AddressKind = Extract<
  FindingKind,
  "gateway-impersonation" | "address-impersonation" | "address-conflict" | "flip-flop"
>;

const SEE_ENTRY: Step = {
  say: "On the hosts that the finding names as victims: see whose MAC they hold. It has to be the owner's.",
  run: ["ip neigh show to ADDRESS"],
};

const ASK_AROUND: Step = {
  say: "On a host that uses another address: ask, and count the MACs that answer the first, broadcast request. arping -D will not do: it stops at the first answer.",
  run: ["arping -c 3 -I IFACE ADDRESS"],
};

const WATCH: Step = {
  say: "On any host of the segment: watch who speaks for the address. The MAC in front is the sender's, the one after is-at what it says.",
  run: ["tcpdump -eni IFACE 'arp src host ADDRESS'"],
};

const SHUT_OUT: readonly Step[] = [
  FIND_PORT,
  {
    say: "Shut that port, or take the host off the network, and keep it as it is for whoever has to look into it.",
  },
  {
    say: "Until the network is clean: on the hosts that were fooled, pin the right entry; afterwards, take the pin out again.",
    run: [
      "ip neigh replace ADDRESS lladdr OWNER-MAC dev IFACE nud permanent",
      "ip neigh del ADDRESS dev IFACE",
    ],
  },
  {
    say: "Take it that what passed through that host was read, and possibly changed: passwords and tokens included.",
  },
  { say: "For good: dynamic ARP inspection with DHCP snooping on the switches, or port isolation." },
];

/** What can be wrong with an address that is no VIP. */
export const ADDRESS_TOPICS: Readonly<Record<AddressKind, Topic>> = {
  "gateway-impersonation": {
    title: "Another host claims the gateway's address",
    meaning: [
      "A host tells others that the gateway's address is at its own MAC. Those who believe it send it everything that is for beyond the segment: it can read, change or drop that, and mostly passes it on so that nobody notices.",
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
  "address-impersonation": {
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
  "address-conflict": {
    title: "Two hosts really use one address",
    meaning: [
      "Both answer for it, or ask in its name, as kernels do that have it. Whom the others reach is chance, and changes whenever a cache has to look it up. Nothing points to intent, and nothing tells which of the two is right.",
    ],
    cause: [
      "An address typed twice, a static one within the range of a DHCP server, a cloned virtual machine, a container network that overlaps, a replaced machine that came back up. Also a host with two cards on one segment, which by default answers on both for the addresses of either: then both MACs are its own.",
    ],
    confirm: [
      ASK_AROUND,
      WATCH,
      FIND_PORT,
      {
        say: "On each of the two hosts: which card has the address? Where both MACs are of one host, see arp_ignore and arp_filter there.",
        run: ["ip addr show to ADDRESS", "sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_filter"],
      },
    ],
    fix: [
      {
        say: "Take the address from the host that should not have it.",
        run: ["ip addr del ADDRESS dev IFACE"],
      },
      {
        say: "A host with two cards on one segment: let each answer for its own addresses only.",
        run: ["sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"],
      },
      {
        say: "On the host that keeps the address: announce it, so that everybody's cache is right at once.",
        run: ["arping -U -c 3 -I IFACE ADDRESS"],
      },
    ],
  },
  "flip-flop": {
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
        run: ["arping -U -c 3 -I IFACE ADDRESS"],
      },
    ],
  },
};
