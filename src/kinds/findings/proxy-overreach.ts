import { rivalName, shortName } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import type { FindingAccount } from "../account.ts";
import { courseOf, effectOf, ownerInShort, ownerOf, whoOf } from "../clauses.ts";
import { repliesOf } from "../filters.ts";
import { checkCache, heal } from "../fix/announce.ts";
import { ASK_AROUND, WATCH } from "../fix/rivals.ts";
import { cardTowards, type FixStep, step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { ONCE_LEARNED } from "../severity.ts";

const LINUX =
  "net.ipv4.conf.IFACE.proxy_arp net.ipv4.conf.IFACE.proxy_arp_pvlan net.ipv4.neigh.IFACE.proxy_delay";

export const PROXY_OVERREACH = findingKind({
  name: "proxy-overreach",
  topic: {
    title: "A proxy answers for a host that lives on the link",
    meaning: [
      "A router or a firewall answers who-has requests for an address whose owner is on the same segment and answers, too. Hosts believe whichever answer they take: some send straight to the owner, others to the proxy, and change sides when they ask again.",
      "What goes to the proxy is lost where the proxy does not forward it back to the segment, and takes a detour where it does. A proxy may answer long after the owner: Linux waits for a random time of up to proxy_delay, 0.8 s by default, and an asker whose lock time has passed then takes the late answer.",
    ],
    cause: [
      "Linux: proxy_arp with a route for the address by another card, or proxy_arp_pvlan, which answers for every address of the segment. Firewalls: a NAT rule that maps an address, or any address, to itself (identity NAT without no-proxy-arp on a Cisco ASA), an IP pool that overlaps the segment (FortiGate, arp-reply), automatic proxy ARP entries (Check Point). Wireless meshes and virtual switches that answer for what they believe to be elsewhere.",
    ],
    confirm: [
      ASK_AROUND,
      WATCH,
      { say: "On a Linux proxy: what makes it answer?", run: [`sysctl ${LINUX}`, "ip neigh show proxy"] },
    ],
    fix: [
      {
        say: "On a Linux proxy, on the card that faces the segment:",
        run: [
          "sysctl -w net.ipv4.conf.all.proxy_arp=0 net.ipv4.conf.IFACE.proxy_arp=0",
          "sysctl -w net.ipv4.conf.all.proxy_arp_pvlan=0 net.ipv4.conf.IFACE.proxy_arp_pvlan=0",
        ],
      },
      {
        say: "On a firewall: no-proxy-arp on the NAT rule (Cisco ASA), arp-reply disable on the IP pool (FortiGate), the address out of the proxy ARP list (Check Point); and NAT rules for the addresses that they mean, not for any.",
      },
    ],
  },
  severity: ONCE_LEARNED,
  otherNames: {
    arpwatch: "flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
  },
  eve: { signatureId: 22, category: "Potentially Bad Traffic", arp: "reply" },
  picture: WRONG_CLAIMANT,
  deed: "answers as a proxy for a host that lives on the link",
  evident: "frames show the answers of both, and that the owner is there",
  isClaim: true,
  counts: "frame",
  cure: "Turn the proxy off for it",
  summary: (finding) =>
    `${whoOf(finding)} answers ARP for ${finding.ip} as a proxy (${finding.frameText(finding.first)}), though ${ownerOf(finding, "its owner")} lives on the link and answers itself${effectOf(finding)}: turn proxy ARP off there for this address.`,
  headline: (finding) =>
    `${capitalise(rivalName(finding.claimant, finding.ip))} answers for ${finding.ip}, which is ${ownerInShort(finding)}'s: ${courseOf(finding)}`,
  fix: turnOff,
  filter: repliesOf,
});

function turnOff(finding: FindingAccount): FixStep[] {
  const { claimant, ip, victims } = finding;
  const towards = cardTowards(victims[0]?.ip ?? finding.rightful?.ip ?? ip);
  return [
    ...(["proxy_arp", "proxy_arp_pvlan"] as const).map((setting) =>
      step({
        host: claimant,
        what:
          setting === "proxy_arp"
            ? "If it runs Linux: answer for no address that is reached by another card"
            : "If it runs Linux: answer for no address of the segment itself",
        setting,
        scope: "IFACE",
        value: "0",
        command: `sysctl -w net.ipv4.conf.all.${setting}=0 net.ipv4.conf.${towards}.${setting}=0`,
        note:
          setting === "proxy_arp"
            ? "Entries made by hand are shown by ip neigh show proxy."
            : "It is meant for private VLANs, where hosts cannot reach each other.",
      }),
    ),
    step({
      host: null,
      what: `If ${shortName(claimant)} is a firewall: see which NAT rule or IP pool covers ${ip}, and keep it from answering`,
      note: "no-proxy-arp on an identity NAT rule (Cisco ASA), arp-reply disable on an IP pool (FortiGate), the proxy ARP list (Check Point).",
    }),
    ...heal(finding),
    ...checkCache(finding),
  ];
}
