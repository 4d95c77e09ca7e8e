import { fullName, hostName, hostNames, shortName } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import { insteadOf, ownerInShort } from "../clauses.ts";
import { frameRange, sentBy } from "../filters.ts";
import { COUNT_ANSWERS, checkCache, HEAL, heal, SEE_CACHE } from "../fix/announce.ts";
import { KEEP_BOTH, READ_SETTINGS, realServerSettings, SET_BOTH } from "../fix/real-server-settings.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const VIP_BYPASS = findingKind({
  name: "vip-bypass",
  topic: {
    title: "Traffic for the VIP goes straight to a real server, and the capture shows no claim",
    meaning: [
      "Frames with the VIP as destination carry a real server's MAC, from a host that should have sent them to the director. Whatever taught it so happened before the capture began, or out of its sight. The traffic itself is the proof that the sender's cache is wrong.",
    ],
    cause: [
      "The same leaks as vip-source-in-request, vip-reply and vip-gratuitous, at an earlier time. An entry in use does not age out by itself while something confirms it.",
    ],
    confirm: [
      SEE_CACHE,
      READ_SETTINGS,
      COUNT_ANSWERS,
      {
        say: "On the director: see whether connections still arrive. A director that is passed by counts no new ones.",
        run: ["ipvsadm -Ln --stats"],
      },
    ],
    fix: [SET_BOTH, KEEP_BOTH, HEAL],
  },
  severity: always("critical"),
  otherNames: {},
  eve: { signatureId: 4, category: "Potentially Bad Traffic", arp: null },
  picture: WRONG_CLAIMANT,
  deed: "is sent the VIP's traffic past the director",
  isClaim: false,
  counts: "frame",
  cure: "arp_announce=2, arp_ignore=1",
  summary(finding) {
    const { ip, claimant, victims } = finding;
    return `${hostNames(victims, "some host")} sent traffic for VIP ${ip} straight to ${fullName(claimant)}${insteadOf(finding)} from ${finding.frameText(finding.first)} on, by an entry older than the capture: check arp_ignore and arp_announce on ${shortName(claimant)}, then have the director announce the VIP.`;
  },
  headline: (finding) =>
    `${capitalise(hostNames(finding.victims))} ${finding.victims.length === 1 ? "sends" : "send"} the traffic of VIP ${finding.ip} straight to ${hostName(finding.claimant)}, past ${ownerInShort(finding)}`,
  fix: (finding) => [
    ...realServerSettings(finding, "arp_ignore", "arp_announce"),
    ...heal(finding),
    ...checkCache(finding),
  ],
  filter(finding) {
    const frames = [`ip.dst == ${finding.ip}`, `eth.dst == ${finding.claimant.mac}`, sentBy(finding)];
    // What poisoned them again later is another finding's.
    return finding.victims.some(({ restored }) => restored !== null)
      ? [...frames, ...frameRange(finding)]
      : frames;
  },
});
