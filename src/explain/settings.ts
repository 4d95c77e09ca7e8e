import type { Step } from "./topic.ts";

/** What is asked for, and done, on every real server, whichever way the VIP got out. */
export const READ_SETTINGS: Step = {
  say: "On the real server: read the settings. Of each pair the larger value counts; it takes arp_announce 2 and arp_ignore 1 or more. Values of lo do not matter.",
  run: [
    "sysctl net.ipv4.conf.all.arp_announce net.ipv4.conf.IFACE.arp_announce",
    "sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.IFACE.arp_ignore",
  ],
};

export const SET_BOTH: Step = {
  say: "On every real server of the cluster, now: set both, whichever of them was missing here.",
  run: ["sysctl -w net.ipv4.conf.all.arp_announce=2", "sysctl -w net.ipv4.conf.all.arp_ignore=1"],
};

export const KEEP_BOTH: Step = {
  say: "For good: the same two lines in a file in /etc/sysctl.d/, which has to be read before the VIP is brought up. On Kubernetes nodes with kube-proxy in IPVS mode: strictARP: true in its configuration.",
};

export const SEE_CACHE: Step = {
  say: "On the gateway, and on any host of the segment that talks to the VIP: see to whom its cache sends. It has to be a director's MAC.",
  run: ["ip neigh show to VIP"],
};

export const COUNT_ANSWERS: Step = {
  say: "On a host that is neither director nor real server: ask, and count the MACs that answer the first, broadcast request. It has to be one, a director's.",
  run: ["arping -c 3 -I IFACE VIP"],
};

export const HEAL: Step = {
  say: "Then heal the caches: on the director that holds the VIP, announce it; where that does not help, delete the entry on the gateway.",
  run: ["arping -U -c 3 -I IFACE VIP", "ip neigh del VIP dev IFACE"],
};

export const FIND_PORT: Step = {
  say: "On the switch: find the port at which the MAC is. On a Linux bridge:",
  run: ["bridge fdb show | grep MAC"],
};
