import { benignKind } from "../kind.ts";

/** Why it is benign. */
type Reason =
  | {
      readonly why: "advertised";
      readonly version: number;
      readonly virtualRouterId: number;
      readonly priority: number;
    }
  | { readonly why: "resigned"; readonly version: number; readonly virtualRouterId: number };

export const VRRP_FAILOVER = benignKind<Reason>()({
  name: "vrrp-failover",
  topic: {
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
    fix: [],
  },
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
  },
  signatureId: 101,
  isTurn: true,
  isFailover: true,
  why(reason, { ip, taker, giver }) {
    const router = `VRRP version ${reason.version}, virtual router ${reason.virtualRouterId}`;
    return reason.why === "resigned"
      ? `${giver} resigned from ${router}; ${taker} takes ${ip} over`
      : `${taker} takes ${ip} over from ${giver} and advertises it by ${router}, priority ${reason.priority}`;
  },
});
