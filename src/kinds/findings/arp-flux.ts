import { rivalFullName, rivalName } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import type { FindingAccount } from "../account.ts";
import { claimsOf } from "../filters.ts";
import { answeredByOne, checkCache, heal } from "../fix/announce.ts";
import { ASK_AROUND, WATCH } from "../fix/rivals.ts";
import { type FixStep, step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

/** Virtual MACs of VRRP and CARP. */
const VIRTUAL = /^00:00:5e:00:01:/;

const COMMAND = "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_filter=1";

export const ARP_FLUX = findingKind({
  name: "arp-flux",
  topic: {
    title: "One machine answers for an address with several MACs",
    meaning: [
      "Two network cards of one host are on one segment, and either answers for the addresses of both. Or a VIP is at a virtual MAC, and the card below it answers with a MAC of its own. Both MACs are one machine's, so that nothing goes to another host.",
      "It matters when a card fails or the VIP moves: hosts that hold the card's MAC stay with it, and with the former master. Until then traffic comes in by one card and leaves by the other, which a strict rp_filter drops.",
    ],
    cause: [
      "Linux holds an address as a host, not on a card: with arp_ignore=0 each card answers for all of them. keepalived with use_vmac sets arp_ignore and arp_filter on the card below; something set them back, or the VIP is on the card as well.",
    ],
    confirm: [
      ASK_AROUND,
      WATCH,
      {
        say: "On the host: both MACs are there, and which card has the address.",
        run: [
          "ip -brief link",
          "ip addr show to ADDRESS",
          "sysctl -a -r 'net.ipv4.conf.*.(arp_ignore|arp_filter)'",
        ],
      },
    ],
    fix: [
      { say: "Let each card answer for its own addresses only, and by the route back:", run: [COMMAND] },
      {
        say: "Or bond the cards, or give each a network of its own. Where two cards need one network: a routing rule for each address, ip rule add from ADDRESS lookup TABLE.",
      },
    ],
  },
  severity: always("warning"),
  otherNames: {
    arpwatch: "flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
  },
  eve: { signatureId: 21, category: "Potentially Bad Traffic", arp: "any" },
  picture: {
    ...WRONG_CLAIMANT,
    accusesClaimant: false,
    showsStrayTraffic: false,
    claimantIs: "disputed",
    rightfulIs: "disputed",
    isWrongInCache: false,
  },
  deed: "answers beside another MAC of its own machine",
  isClaim: true,
  counts: "frame",
  cure: "arp_ignore=1 and arp_filter=1",
  summary(finding) {
    const { ip, claimant, rightful } = finding;
    const frame = finding.frameText(finding.first);
    const who = rivalFullName(claimant, ip);
    const other = rightful === null ? "another card" : rivalFullName(rightful, ip);
    return isBelow(finding)
      ? `${capitalise(who)} speaks for ${ip} with its own MAC (${frame}), though the address is at the virtual MAC above that card, ${rightful?.mac}: nothing goes astray until the address moves to another host, which the MAC then does not follow; set arp_ignore=1 and arp_filter=1 there.`
      : `${capitalise(who)} and ${other} are likely two cards of one host, and either answers for ${ip} (${frame}): set arp_ignore=1 and arp_filter=1 there, so that each answers for its own addresses. If one of them is no card of that host, look for it by its MAC.`;
  },
  headline: (finding) =>
    isBelow(finding)
      ? `${capitalise(rivalName(finding.claimant, finding.ip))} answers for ${finding.ip} with its card's MAC instead of the virtual one`
      : `One host answers for ${finding.ip} with two cards`,
  fix: separate,
  filter: (finding) => ["(arp.opcode == 2 || arp.isgratuitous)", ...claimsOf(finding)],
});

function isBelow({ rightful }: Pick<FindingAccount, "rightful">): boolean {
  return rightful !== null && VIRTUAL.test(rightful.mac);
}

function separate(finding: FindingAccount): FixStep[] {
  const { claimant, ip } = finding;
  return [
    step({
      host: claimant,
      what: isBelow(finding)
        ? "Let the card answer for its own addresses only"
        : "Let each card answer for its own addresses only",
      setting: "arp_ignore",
      scope: "all",
      value: "1",
      command: "sysctl -w net.ipv4.conf.all.arp_ignore=1",
    }),
    step({
      host: claimant,
      what: "Let a card answer only where the way back leaves by it",
      setting: "arp_filter",
      scope: "all",
      value: "1",
      command: "sysctl -w net.ipv4.conf.all.arp_filter=1",
      note: "Keep both in a file in /etc/sysctl.d/, so that they hold after a reboot.",
    }),
    ...(isBelow(finding) ? [...heal(finding), ...checkCache(finding)] : []),
    answeredByOne("see that one MAC only answers afterwards", ip),
  ];
}
