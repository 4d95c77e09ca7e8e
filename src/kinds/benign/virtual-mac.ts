import { benignKind } from "../kind.ts";

type RouterProtocol = "VRRP" | "CARP" | "HSRP" | "GLBP";

/** Why it is benign. */
type Reason =
  | { readonly why: "nlb" }
  /** The protocol is null where no advertisement was captured. */
  | { readonly why: "card-below"; readonly protocol: RouterProtocol | null; readonly group: number }
  | { readonly why: "group-member"; readonly protocol: RouterProtocol; readonly group: number }
  | { readonly why: "virtual-mac"; readonly protocol: RouterProtocol; readonly group: number };

export const VIRTUAL_MAC = benignKind<Reason>()({
  name: "virtual-mac",
  topic: {
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
    fix: [],
  },
  otherNames: {
    arpwatch: "ethernet mismatch, where the frames come from the router's own MAC",
    snort: "112:2 ethernet/ARP mismatch request for source, likewise",
    zeek: "bad_arp: weird-arp-sha, likewise",
  },
  signatureId: 107,
  isTurn: true,
  isFailover: false,
  why(reason, { ip, taker, giver }) {
    switch (reason.why) {
      case "nlb":
        return `${ip} is a cluster of Microsoft NLB, whose heartbeats name it; its hosts answer with the cluster's MAC`;
      case "card-below":
        return reason.protocol === null
          ? `${taker} asks in the name of ${ip}, which is at the virtual MAC of ${giver}: likely the card below it. No advertisement was captured that would prove it; if it is a real server's card, name the roles with --vip, --director and --real-server`
          : `${taker} is the card below the virtual MAC of ${reason.protocol} group ${reason.group}: its kernel asks in the name of ${ip} with the card's own MAC, and both are one machine`;
      case "group-member":
        return `${taker} and ${giver} both answer for ${ip}: they are members of ${reason.protocol} group ${reason.group}, which are heard here`;
      case "virtual-mac":
        return `${ip} is at the virtual MAC of ${reason.protocol} group ${reason.group}, whose members are heard here`;
    }
  },
});
