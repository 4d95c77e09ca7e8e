import type { Position } from "../../neighbours/base/position.ts";
import { printable } from "../../words/letters.ts";
import { askOnce } from "../fix/announce.ts";
import { benignKind } from "../kind.ts";

/** Why it is benign. */
type Reason =
  /** Another host had it before the first frame, by an old inventory or this program's memory. */
  | { readonly why: "known-before"; readonly source: string }
  | { readonly why: "fell-silent" }
  /** A DHCP server granted it to the new owner before. */
  | { readonly why: "leased"; readonly lease: Position }
  | { readonly why: "handed-over" };

export const ADDRESS_MOVED = benignKind<Reason>()({
  name: "address-moved",
  topic: {
    title: "An address has a new owner, and the old one is silent",
    meaning: [
      "The former owner has not spoken for the address since, or a DHCP server granted it to the new one before that first used it, or each of the two keeps silent while the other has it.",
    ],
    cause: ["A replaced machine or card, a renumbered one, a new lease, a failover."],
    confirm: [
      {
        say: "On any host of the segment: only the new owner answers.",
        run: [askOnce("ADDRESS", "IFACE")],
      },
    ],
    fix: [],
  },
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
  },
  signatureId: 103,
  isTurn: true,
  isFailover: false,
  why(reason, { ip, taker, giver, frameText }) {
    switch (reason.why) {
      case "known-before":
        return `${ip} moved from ${giver}, where ${printable(reason.source)} has it, to ${taker} before the capture began, or as it did`;
      case "fell-silent":
        return `${ip} moved from ${giver} to ${taker}; the former has not spoken for it since`;
      case "leased":
        return `${ip} moved from ${giver} to ${taker}, to which a DHCP server had granted it (${frameText(reason.lease)})`;
      case "handed-over":
        return `${taker} takes ${ip} over from ${giver} and announces it; each keeps silent while the other has it`;
    }
  },
});
