import type { FindingKind } from "../findings/finding.ts";
import { COUNT_ANSWERS, HEAL, KEEP_BOTH, READ_SETTINGS, SEE_CACHE, SET_BOTH } from "./settings.ts";
import type { Topic } from "./topic.ts";

type VipKind = Extract<FindingKind, `vip-${string}`>;

/** What can be wrong with a VIP. */
export const VIP_TOPICS: Readonly<Record<VipKind, Topic>> = {
  "vip-source-in-request": {
    title: "A host that is not its director asks for another's MAC in the VIP's name",
    meaning: [
      "A real server needed a MAC, mostly the gateway's, and asked for it with the VIP as its own address: who-has the gateway, tell the VIP. A request also tells: whoever answers it notes its sender, and so the gateway now has the VIP at the real server's MAC.",
      "From then on the gateway sends what is for the VIP to that one real server, past the director. Nothing is down and nothing is logged: the one server gets everything, and the others nothing.",
    ],
    cause: [
      "With arp_announce=0, the kernel's default, Linux puts into an ARP request the source address of the packet that waits for the MAC. What waits is the real server's answer to a client, and that comes from the VIP.",
      "It happens only when the real server has no entry for the gateway: after a start, after ip neigh flush, after the gateway was replaced or its entry was collected. So it seems to come at random. A single request is enough, and Linux' locktime does not protect whoever answers it.",
      "arp_announce=1 does not prevent it where the VIP is in the same subnet as the real server's own address.",
    ],
    confirm: [
      READ_SETTINGS,
      SEE_CACHE,
      {
        say: "On the gateway: wait for the next such request; none may come from a real server's MAC.",
        run: ["tcpdump -eni IFACE 'arp[6:2] = 1 and arp src host VIP'"],
      },
    ],
    fix: [SET_BOTH, KEEP_BOTH, HEAL],
  },
  "vip-reply": {
    title: "A host that is not its director answers who-has VIP",
    meaning: [
      "Somebody asked who has the VIP, and a real server said: I have. The kernel keeps the answer that came first, so that it is a race between the real server and the director, run anew whenever the entry has to be looked up.",
      "At stage claimed the director won, perhaps by microseconds; the report says by how much under races. It is the same fault, and only luck that nobody was fooled this time.",
    ],
    cause: [
      "With arp_ignore=0, the kernel's default, Linux answers on any card for any address that it has, the VIP on lo or a dummy interface included.",
      "With arp_ignore=1 it answers only for addresses of the card that was asked: so it still answers if the VIP is an alias of the network card.",
    ],
    confirm: [
      READ_SETTINGS,
      {
        say: "On the real server: see on which interface the VIP is. It has to be lo or a dummy interface.",
        run: ["ip addr show to VIP"],
      },
      COUNT_ANSWERS,
      SEE_CACHE,
    ],
    fix: [
      SET_BOTH,
      {
        say: "If the VIP is on the real server's network card: move it to lo, with a mask of 32 bits.",
        run: ["ip addr del VIP/32 dev IFACE", "ip addr add VIP/32 dev lo"],
      },
      KEEP_BOTH,
      HEAL,
    ],
  },
  "vip-gratuitous": {
    title: "A host that is not its director announces the VIP",
    meaning: [
      "A real server said unasked, to everybody, that the VIP is at its MAC: gratuitous ARP, with the VIP as sender and as target. Linux takes that at once for an address that it has an entry of, and does not even wait out its locktime.",
    ],
    cause: [
      "No Linux kernel announces an address of lo of its own accord. So a program did: the network scripts of RHEL and its kin when they bring up an alias (arping -A, then arping -U), keepalived or another cluster manager that believes this host to be master, a virtualisation agent, arping by hand. With arp_notify=1 the kernel announces the addresses of a card whose link comes up.",
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
  "vip-bypass": {
    title: "Traffic for the VIP goes straight to a real server, and the capture shows no claim",
    meaning: [
      "Frames with the VIP as destination carry a real server's MAC, from a host that should have sent them to the director. Whatever taught it so happened before the capture began, or out of its sight. The traffic itself is the proof that the sender's cache is wrong.",
    ],
    cause: [
      "The same leaks as vip-source-in-request, vip-reply and vip-gratuitous, at an earlier time. An entry in use does not age out by itself while something confirms it.",
    ],
    confirm: [
      SEE_CACHE,
      READ_SETTINGS,
      COUNT_ANSWERS,
      {
        say: "On the director: see whether connections still arrive. A director that is passed by counts no new ones.",
        run: ["ipvsadm -Ln --stats"],
      },
    ],
    fix: [SET_BOTH, KEEP_BOTH, HEAL],
  },
  "vip-unanswered": {
    title: "Requests for the VIP go unanswered: its director does not speak for it",
    meaning: [
      "Hosts ask who has the VIP, again and again, and nobody answers. Either the service is not reachable at all, or it lives on by caches that were filled by accident, until they forget.",
    ],
    cause: [
      "The VIP is on the director's lo or a dummy interface, and arp_ignore=1 or more keeps the kernel from answering for it: the settings of a real server, on a director. Or the VIP is not there at all: keepalived is in BACKUP or FAULT on every node, or lists another interface.",
    ],
    confirm: [
      { say: "On the director: see on which interface the VIP is.", run: ["ip addr show to VIP"] },
      {
        say: "On the director: see whether it may answer.",
        run: ["sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.IFACE.arp_ignore"],
      },
      COUNT_ANSWERS,
      {
        say: "With keepalived: see who is master, and whether anybody advertises.",
        run: ["journalctl -u keepalived -n 50", "tcpdump -ni IFACE 'ip proto 112'"],
      },
    ],
    fix: [
      {
        say: "On the director: put the VIP on the card that faces the gateway, or let keepalived do so (virtual_ipaddress, with dev IFACE).",
        run: ["ip addr del VIP/32 dev lo", "ip addr add VIP/32 dev IFACE", "arping -U -c 3 -I IFACE VIP"],
      },
    ],
  },
  "vip-split": {
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
};
