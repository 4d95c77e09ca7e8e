import { plural } from "../../words/counts.ts";
import { benignKind } from "../kind.ts";

/** Why it is benign. */
type Reason = { readonly why: "probed"; readonly count: number };

export const ADDRESS_PROBE = benignKind<Reason>()({
  name: "address-probe",
  topic: {
    title: "A host looks whether an address is free",
    meaning: [
      "A request with the sender address 0.0.0.0, as RFC 5227 has it. It names nobody, so no cache learns anything from it.",
    ],
    cause: [
      "A DHCP client before it takes its lease, a network script (arping -D), NetworkManager, systemd-networkd, Windows, macOS.",
    ],
    confirm: [{ say: "On any host of the segment:", run: ["tcpdump -eni IFACE 'arp src host 0.0.0.0'"] }],
    fix: [],
  },
  otherNames: { wireshark: "ARP Probe (arp.isprobe)" },
  signatureId: 104,
  isTurn: false,
  isFailover: false,
  why(reason, { ip, taker }) {
    return `${taker} checked ${plural(reason.count, "time")} whether ${ip} is free (sender address 0.0.0.0); that teaches nobody`;
  },
});
