import { benignKind } from "../kind.ts";

/** Why it is benign. */
type Reason = { readonly why: "restored"; readonly finding: string };

export const CACHE_RESTORED = benignKind<Reason>()({
  name: "cache-restored",
  topic: {
    title: "The owner's MAC was announced after a poisoning",
    meaning: [
      "A frame that names the rightful owner ended a finding. It belongs to that finding's story, and is no second incident, though it changes caches once more.",
    ],
    cause: [
      "The director announced the VIP (arping -U, keepalived), the owner defended its address, or the tool that poisoned cleaned up when it was stopped.",
    ],
    confirm: [
      {
        say: "On the hosts that the finding names as victims: the owner's MAC has to be there.",
        run: ["ip neigh show to ADDRESS"],
      },
    ],
    fix: [],
  },
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
  },
  signatureId: 109,
  isTurn: true,
  isFailover: false,
  why(reason, { taker }) {
    return `an ARP frame for ${taker} ended ${reason.finding}`;
  },
});
