import { askOnce } from "../fix/announce.ts";
import { benignKind } from "../kind.ts";

/** Why it is benign. */
type Reason =
  | { readonly why: "bonded"; readonly seen: "learning-frames" | "reminders" }
  | { readonly why: "echoed"; readonly count: number }
  | { readonly why: "rewritten" };

export const MAC_REWRITING_BRIDGE = benignKind<Reason>()({
  name: "mac-rewriting-bridge",
  topic: {
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
        run: [askOnce("ADDRESS", "IFACE")],
      },
    ],
    fix: [],
  },
  otherNames: {
    arpwatch: "ethernet mismatch, flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:2 ethernet/ARP mismatch request for source",
    zeek: "bad_arp: weird-arp-sha",
  },
  signatureId: 108,
  isTurn: true,
  isFailover: false,
  why(reason, { ip, taker, giver }) {
    switch (reason.why) {
      case "bonded":
        if (reason.seen === "reminders")
          return `${taker} and ${giver} are likely cards of one bond (balance-alb): no question for ${ip} is answered twice, and unasked replies come only right after a request in its name`;
        return `${taker} and ${giver} are cards of one bond: each teaches the switch its MAC by frames to itself, and no other host has their addresses`;
      case "echoed":
        return `${taker} bridges ${giver} and puts its own MAC into its frames: ${reason.count === 1 ? "the one ARP frame" : `all ${reason.count} ARP frames`} of ${giver} came again from it within a millisecond`;
      case "rewritten":
        return `${giver} sends for ${taker} under its own Ethernet address, its packets, too: a bridge that rewrites MACs`;
    }
  },
});
