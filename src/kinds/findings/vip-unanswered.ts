import { calledShortly, fullName, hostNames, isSeen, type NamedHost } from "../../words/hosts.ts";
import type { FindingAccount } from "../account.ts";
import { byNumber } from "../filters.ts";
import { COUNT_ANSWERS } from "../fix/announce.ts";
import { type FixStep, step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const VIP_UNANSWERED = findingKind({
  name: "vip-unanswered",
  topic: {
    title: "Requests for the VIP go unanswered: its director does not speak for it",
    meaning: [
      "Hosts ask who has the VIP, again and again, and nobody answers. Either the service is not reachable at all, or it lives on by caches that were filled by accident, until they forget.",
    ],
    cause: [
      "The VIP is on the director's lo or a dummy interface, and arp_ignore=1 or more keeps the kernel from answering for it: the settings of a real server, on a director. Or the VIP is not there at all: keepalived is in BACKUP or FAULT on every node, or lists another interface.",
    ],
    confirm: [
      { say: "On the director: see on which interface the VIP is.", run: ["ip addr show to VIP"] },
      {
        say: "On the director: see whether it may answer.",
        run: ["sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.IFACE.arp_ignore"],
      },
      COUNT_ANSWERS,
      {
        say: "With keepalived: see who is master, and whether anybody advertises.",
        run: ["journalctl -u keepalived -n 50", "tcpdump -ni IFACE 'ip proto 112'"],
      },
    ],
    fix: [
      {
        say: "On the director: put the VIP on the card that faces the gateway, or let keepalived do so (virtual_ipaddress, with dev IFACE).",
        run: ["ip addr del VIP/32 dev lo", "ip addr add VIP/32 dev IFACE", "arping -U -c 3 -I IFACE VIP"],
      },
    ],
  },
  severity: always("warning"),
  otherNames: {},
  eve: { signatureId: 5, category: "Potentially Bad Traffic", arp: null },
  picture: { ...WRONG_CLAIMANT, accusesClaimant: false },
  deed: "does not answer for the VIP",
  evident: "the requests are in the capture, and no answer is",
  isClaim: false,
  counts: "request",
  countsRemark: "without an answer",
  cure: "Put the VIP on the director's card",
  summary(finding) {
    const { ip, claimant } = finding;
    const silent = isSeen(claimant) ? `, and ${fullName(claimant)} is silent` : "";
    return `Nobody answers who-has ${ip}: ${hostNames(askers(finding), "some host")} had to ask again (${finding.frameText(finding.first)})${silent}: put the VIP on the director's network card, not on lo.`;
  },
  headline: ({ ip }) => `Nobody answers for the VIP ${ip}`,
  fix: directorAnswers,
  filter: (finding) => [byNumber(finding)],
  over: ({ claimant }) => `${calledShortly(claimant)} answers now`,
});

function askers({ proof }: FindingAccount): NamedHost[] {
  const byMac = new Map<string, NamedHost>();
  for (const { what, by } of proof) if (what === "unanswered" && by !== undefined) byMac.set(by.mac, by);
  return [...byMac.values()];
}

function directorAnswers({ ip, claimant }: FindingAccount): FixStep[] {
  const isKnown = isSeen(claimant) || claimant.ip !== null;
  const host = isKnown ? claimant : null;
  const see = isKnown ? "See" : "On the director: see";
  return [
    step({
      host,
      what: `${see} on which interface the VIP is`,
      command: `ip -brief address show to ${ip}`,
      note: "It must be on the card that faces the gateway, not on lo or a dummy interface.",
    }),
    step({
      host,
      what: `${see} whether the kernel may answer for it`,
      command: "sysctl -a --pattern '^net.ipv4.conf.*arp_ignore'",
      note: "With 1 or more the kernel answers only for addresses of the card that is asked; it takes the larger of “all” and the card's own value.",
    }),
    step({
      host,
      what: `${see} whether keepalived is MASTER there, and lists the VIP on this interface`,
      command: "systemctl --no-pager status keepalived",
    }),
  ];
}
