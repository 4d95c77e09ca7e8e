import { benignKind } from "../kind.ts";

/** Why it is benign. */
type Reason = { readonly why: "both-directors" };

export const DIRECTOR_TAKEOVER = benignKind<Reason>()({
  name: "director-takeover",
  topic: {
    title: "A VIP moved from one of its directors to the other",
    meaning: [
      "Both hosts are directors of the VIP, as given or as their traffic shows, so either may hold it. No VRRP advertisement was captured.",
    ],
    cause: [
      "A failover by another protocol than VRRP, by hand, or with advertisements that this capture point does not see (unicast_peer).",
    ],
    confirm: [{ say: "On both directors: only one may have the VIP.", run: ["ip addr show to VIP"] }],
    fix: [],
  },
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
  },
  signatureId: 102,
  isTurn: true,
  isFailover: true,
  why(_reason, { ip, taker, giver }) {
    return `${taker} takes ${ip} over from ${giver}; both are its directors`;
  },
});
