import { plural } from "../../words/counts.ts";
import { askOnce } from "../fix/announce.ts";
import { benignKind } from "../kind.ts";

/** Why it is benign. */
type Reason =
  | { readonly why: "defended" }
  | { readonly why: "migrated"; readonly count: number }
  | { readonly why: "own-announcement"; readonly count: number };

export const ADDRESS_ANNOUNCEMENT = benignKind<Reason>()({
  name: "address-announcement",
  topic: {
    title: "A host announces an address that is its own",
    meaning: [
      "Gratuitous ARP by the only host that claims the address at that time. It sets caches right and harms nobody.",
    ],
    cause: [
      "An interface that came up, arping -U or -A, a cluster manager that repeats itself, a virtual machine that was moved.",
    ],
    confirm: [
      { say: "On any host of the segment: only that host answers.", run: [askOnce("ADDRESS", "IFACE")] },
    ],
    fix: [],
  },
  otherNames: { wireshark: "Gratuitous ARP (arp.isgratuitous), ARP Announcement (arp.isannouncement)" },
  signatureId: 105,
  isTurn: false,
  isFailover: false,
  why(reason, { ip, taker, giver }) {
    switch (reason.why) {
      case "defended":
        return `${taker} defended ${ip} against ${giver}, which announced it and then gave it up (RFC 5227)`;
      case "migrated":
        return `${taker} announced ${plural(reason.count, "time")} by RARP which port it is at now, as after a live migration; ${ip} stays with it`;
      case "own-announcement":
        return `${taker} announced ${ip}, which nobody else claimed at the time`;
    }
  },
});
