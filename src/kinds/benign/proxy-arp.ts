import { plural } from "../../words/counts.ts";
import { benignKind } from "../kind.ts";

/** Why it is benign. */
type Reason = { readonly why: "routes"; readonly addresses: number; readonly ttl: number };

export const PROXY_ARP = benignKind<Reason>()({
  name: "proxy-arp",
  topic: {
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
    fix: [],
  },
  otherNames: { arpwatch: "new station, for every address that it answers for" },
  signatureId: 106,
  isTurn: true,
  isFailover: false,
  why(reason, { ip, taker }) {
    const others = reason.addresses - 1;
    return others > 0
      ? `${taker} answers for ${ip} and ${plural(others, "other address")}, and routes their packets (TTL ${reason.ttl}): proxy ARP`
      : `${taker} answers for ${ip}, and routes its packets (TTL ${reason.ttl}): proxy ARP`;
  },
});
