import { isSeen, shortName } from "../../words/hosts.ts";
import type { FindingAccount } from "../account.ts";
import { effectOf, firstClaim, leakHeadline, whoOf } from "../clauses.ts";
import { repliesOf } from "../filters.ts";
import { COUNT_ANSWERS, checkCache, HEAL, heal, SEE_CACHE } from "../fix/announce.ts";
import { isolate } from "../fix/isolate.ts";
import {
  KEEP_BOTH,
  offTheCard,
  READ_SETTINGS,
  realServerSettings,
  SET_BOTH,
} from "../fix/real-server-settings.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { ONCE_LEARNED } from "../severity.ts";

export const VIP_REPLY = findingKind({
  name: "vip-reply",
  topic: {
    title: "A host that is not its director answers who-has VIP",
    meaning: [
      "A host asked who has the VIP, and a real server answered. The kernel keeps the answer that came first. So the real server and the director race, again at each look-up.",
      "At stage claimed the director won, perhaps by microseconds; the report says by how much under races. It is the same fault: the next race may end differently.",
    ],
    cause: [
      "With arp_ignore=0, the kernel's default, Linux answers on any card for any address that it has, the VIP on lo or a dummy interface included.",
      "With arp_ignore=1 it answers only for addresses of the card that was asked: so it still answers if the VIP is an alias of the network card.",
    ],
    confirm: [
      READ_SETTINGS,
      {
        say: "On the real server: see on which interface the VIP is. It has to be lo or a dummy interface.",
        run: ["ip addr show to VIP"],
      },
      COUNT_ANSWERS,
      SEE_CACHE,
    ],
    fix: [
      SET_BOTH,
      {
        say: "If the VIP is on the real server's network card: move it to lo, with a mask of 32 bits.",
        run: ["ip addr del VIP/32 dev IFACE", "ip addr add VIP/32 dev lo"],
      },
      KEEP_BOTH,
      HEAL,
    ],
  },
  severity: ONCE_LEARNED,
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the VIP",
    zeek: "Mapping_Changed, Unsolicited_Reply (of the community's ARP script; Zeek's own only raises the event arp_reply)",
  },
  eve: { signatureId: 2, category: "Potentially Bad Traffic", arp: "reply" },
  picture: WRONG_CLAIMANT,
  deed: "answered for the VIP",
  isClaim: true,
  counts: "frame",
  cure: "arp_ignore=1",
  summary(finding) {
    const { ip, claimant } = finding;
    const host = isSeen(claimant) ? shortName(claimant) : "it";
    const frame = finding.frameText(finding.first);
    return firstClaim(finding)?.form === "unsolicited-reply"
      ? `${whoOf(finding)} sends replies that nobody asked for, saying that VIP ${ip} is at its MAC (${frame})${effectOf(finding)}: find out what runs on ${host}.`
      : `${whoOf(finding)} answers ARP for VIP ${ip} but is not its director (${frame})${effectOf(finding)}: set arp_ignore=1 on ${host} and keep the VIP off its network card.`;
  },
  headline: leakHeadline,
  fix: (finding) =>
    isUnasked(finding)
      ? [...isolate(finding), ...heal(finding)]
      : [
          ...realServerSettings(finding, "arp_ignore", "arp_announce"),
          offTheCard(finding),
          ...heal(finding),
          ...checkCache(finding),
        ],
  filter: repliesOf,
});

/** Kernels answer; replies that nobody asked for are a program's, unless it is a real server whose request was not captured. */
function isUnasked({ claimant, proof }: FindingAccount): boolean {
  return claimant.role !== "real-server" && proof.some(({ form }) => form === "unsolicited-reply");
}
