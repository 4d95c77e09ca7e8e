import { shortName } from "../../words/hosts.ts";
import { framesFrom, headlineOf, whoOf } from "../clauses.ts";
import { COUNTED } from "../evident.ts";
import { claimsOf } from "../filters.ts";
import { answeredByOne, askOnce } from "../fix/announce.ts";
import { step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const INVENTORY_CONTRADICTED = findingKind({
  name: "inventory-contradicted",
  topic: {
    title: "The frames contradict an inventory",
    meaning: [
      "A file given with --inventory has an address at one MAC, and another host speaks for it; or it lists the parts of a VIP, and a host that it does not list plays one. One of the two is wrong. Nobody is accused by this alone: where somebody is, another finding says so.",
    ],
    cause: [
      "Usually the inventory is out of date: a network card was replaced, an address was given to another host, or a failover came after it was written. A host may also have taken an address that is not its own, in a way that the capture does not show, or the inventory was exported from a cache that was already poisoned.",
    ],
    confirm: [
      {
        say: "On a host that uses another address: ask who has it, and count the MACs that answer.",
        run: [askOnce("ADDRESS", "IFACE")],
      },
    ],
    fix: [
      {
        say: "Correct whichever is wrong. lvs-pcap topology writes down what the capture shows, as a start.",
      },
    ],
  },
  severity: always("notice"),
  otherNames: {
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
  },
  eve: { signatureId: 15, category: "Misc activity", arp: "any" },
  picture: WRONG_CLAIMANT,
  deed: "is not where an inventory has the address",
  evident: COUNTED,
  isClaim: true,
  counts: "frame",
  cure: "See what it is",
  summary(finding) {
    const { ip, rightful } = finding;
    const who = whoOf(finding);
    const source = finding.inventory ?? "the inventory";
    const [shown] = finding.proof;
    if (shown?.what === "has-role") {
      const does = shown.role === "director" ? "acts as director of" : "serves";
      return `${who} ${does} VIP ${ip} (${finding.frameText(finding.first)}), but ${source} does not list it: correct the inventory, or see why it does.`;
    }
    const contradiction = `${who} speaks for ${ip} (${framesFrom(finding)}), but ${source} has it at ${rightful?.mac ?? "another MAC"}`;
    return rightful?.role === "real-server"
      ? `${contradiction}, a real server: the inventory was exported from a cache that was already poisoned.`
      : `${contradiction}: see which of them is right, and correct the other.`;
  },
  headline: headlineOf("is not where an inventory has the address"),
  fix: ({ ip, claimant }) => [
    answeredByOne("see which MAC answers", ip),
    step({ host: null, what: `Correct the inventory, or look at what runs on ${shortName(claimant)}` }),
  ],
  filter: (finding) =>
    finding.proof.some(({ what }) => what === "has-role")
      ? [`eth.addr == ${finding.claimant.mac}`, `ip.addr == ${finding.ip}`]
      : claimsOf(finding),
});
