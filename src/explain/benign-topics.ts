import type { BenignKind } from "../findings/benign.ts";
import type { Topic } from "./topic.ts";

const NOTHING = { fix: [] } as const;

/** What looks like poisoning, and is none. */
export const BENIGN_TOPICS: Readonly<Record<BenignKind, Topic>> = {
  "vrrp-failover": {
    title: "A virtual address moved with its VRRP master",
    meaning: [
      "Another router or director advertises the address now, and announced it, as VRRP (RFC 9568) wants it to.",
    ],
    cause: [
      "The master was stopped or died, its priority fell (a failed check), or one with a higher priority came back.",
    ],
    confirm: [
      { say: "On any host of the segment: who advertises?", run: ["tcpdump -eni IFACE 'ip proto 112'"] },
      { say: "On both: when, and why?", run: ["journalctl -u keepalived -n 100"] },
    ],
    ...NOTHING,
  },
  "director-takeover": {
    title: "A VIP moved from one of its directors to the other",
    meaning: [
      "Both hosts are directors of the VIP, as given or as their traffic shows, so either may hold it. No VRRP advertisement was captured.",
    ],
    cause: [
      "A failover by another protocol than VRRP, by hand, or with advertisements that this capture point does not see (unicast_peer).",
    ],
    confirm: [{ say: "On both directors: only one may have the VIP.", run: ["ip addr show to VIP"] }],
    ...NOTHING,
  },
  "address-moved": {
    title: "An address has a new owner, and the old one is silent",
    meaning: [
      "The former owner has not spoken for the address since, or a DHCP server granted it to the new one before that first used it, or each of the two keeps silent while the other has it.",
    ],
    cause: ["A replaced machine or card, a renumbered one, a new lease, a failover."],
    confirm: [
      {
        say: "On any host of the segment: only the new owner answers.",
        run: ["arping -c 3 -I IFACE ADDRESS"],
      },
    ],
    ...NOTHING,
  },
  "address-probe": {
    title: "A host looks whether an address is free",
    meaning: [
      "A request with the sender address 0.0.0.0, as RFC 5227 has it. It names nobody, so no cache learns anything from it.",
    ],
    cause: [
      "A DHCP client before it takes its lease, a network script (arping -D), NetworkManager, systemd-networkd, Windows, macOS.",
    ],
    confirm: [{ say: "On any host of the segment:", run: ["tcpdump -eni IFACE 'arp src host 0.0.0.0'"] }],
    ...NOTHING,
  },
  "address-announcement": {
    title: "A host announces an address that is its own",
    meaning: [
      "Gratuitous ARP by the only host that claims the address at that time. It sets caches right and harms nobody.",
    ],
    cause: [
      "An interface that came up, arping -U or -A, a cluster manager that repeats itself, a virtual machine that was moved.",
    ],
    confirm: [
      { say: "On any host of the segment: only that host answers.", run: ["arping -c 3 -I IFACE ADDRESS"] },
    ],
    ...NOTHING,
  },
  "proxy-arp": {
    title: "A router answers for addresses that it routes to",
    meaning: [
      "One MAC speaks for several addresses, and packets from these come with a TTL that shows one hop: the router passes them on.",
    ],
    cause: [
      "proxy_arp or proxy_arp_pvlan on a router, a VPN or dial-in server, a container or cloud network.",
    ],
    confirm: [
      {
        say: "On the router:",
        run: [
          "sysctl net.ipv4.conf.all.proxy_arp net.ipv4.conf.IFACE.proxy_arp net.ipv4.conf.IFACE.proxy_arp_pvlan",
          "ip neigh show proxy",
        ],
      },
    ],
    ...NOTHING,
  },
  "virtual-mac": {
    title: "An address is at the virtual MAC of a router group that is heard here",
    meaning: [
      "VRRP, CARP, HSRP and GLBP give a group a MAC of its own, which moves with the master. It is believed only where the group's members are heard: a forger can write such a MAC, too.",
    ],
    cause: [
      "A router group: 00:00:5e:00:01:xx is VRRP's and CARP's, 00:00:0c:07:ac:xx and 00:00:0c:9f:fx:xx HSRP's, 00:07:b4:xx:xx:xx GLBP's.",
    ],
    confirm: [
      {
        say: "On any host of the segment: VRRP and CARP; HSRP; GLBP.",
        run: ["tcpdump -eni IFACE 'ip proto 112 or udp port 1985 or udp port 3222'"],
      },
    ],
    ...NOTHING,
  },
  "mac-rewriting-bridge": {
    title: "Frames of one host come under another's MAC, and its packets, too",
    meaning: [
      "Something between the host and the segment puts its own MAC into what it passes on, or two cards of one host share their addresses. Either way the packets end where they should.",
    ],
    cause: [
      "A Wi-Fi repeater or client bridge, a bond in a mode that balances (alb, tlb), Microsoft's NLB, a hypervisor's switch.",
    ],
    confirm: [
      {
        say: "On a Linux host with a bond: its mode, and the MACs of its cards.",
        run: ["cat /proc/net/bonding/bond0"],
      },
      {
        say: "Anywhere on the segment: both MACs, for one and the same address.",
        run: ["arping -c 3 -I IFACE ADDRESS"],
      },
    ],
    ...NOTHING,
  },
  "cache-restored": {
    title: "The owner's MAC was announced after a poisoning",
    meaning: [
      "A frame that names the rightful owner ended a finding. It belongs to that finding's story, and is no second incident, though it changes caches once more.",
    ],
    cause: [
      "The director announced the VIP (arping -U, keepalived), the owner defended its address, or the tool that poisoned cleaned up when it was stopped.",
    ],
    confirm: [
      {
        say: "On the hosts that the finding names as victims: the owner's MAC has to be there.",
        run: ["ip neigh show to ADDRESS"],
      },
    ],
    ...NOTHING,
  },
};
