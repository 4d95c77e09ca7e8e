import { plural } from "../../words/counts.ts";
import { fullName, hostName, hostNames, isSeen, rivalFullName, rivalName } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import type { FindingAccount, FindingFacts } from "../account.ts";
import { frameRange, sentBy } from "../filters.ts";
import { ANNOUNCE_ADDRESS, checkCache, heal } from "../fix/announce.ts";
import { SEE_ENTRY } from "../fix/rivals.ts";
import { type FixStep, step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { ONCE_LEARNED } from "../severity.ts";

export const STALE_NEIGHBOUR = findingKind({
  name: "stale-neighbour",
  topic: {
    title: "A cache still sends to a host that does not hold the address any more",
    meaning: [
      "The address is at another host now, and that one is right: nobody attacks. But a neighbour cache has kept the MAC of the host that held it before, or of a standby that announced it and stepped back. What it sends there is lost, unless that host still serves the address.",
      "A Linux cache notices by itself after some 8 seconds, if nothing confirms the old entry. Other stacks keep it for minutes or hours: Junos 20 minutes, Cisco IOS 4 hours.",
    ],
    cause: [
      "The new holder announced nothing, or in a form that the cache's owner ignores: Junos takes no gratuitous replies by default, Linux creates no entry by an announcement. Or the announcement was lost.",
      "A standby missed some advertisements, announced the address, heard the master again and stepped back. The master never stopped, so it announces nothing.",
      "Packets from the address reach the cache's owner by another way, and confirm the old entry for ever.",
    ],
    confirm: [
      SEE_ENTRY,
      {
        say: "On the host that the cache still sends to: does it have the address? It should not.",
        run: ["ip addr show to ADDRESS"],
      },
    ],
    fix: [
      { say: "On the host that holds the address: announce it.", run: ANNOUNCE_ADDRESS },
      {
        say: "Where that does not help, delete the entry on the host that keeps it.",
        run: ["ip neigh flush to ADDRESS"],
      },
      {
        say: "In keepalived.conf, so that the master announces itself again after a standby did: vrrp_higher_prio_send_advert true, vrrp_garp_lower_prio_repeat 5, and vrrp_garp_master_refresh 60.",
      },
    ],
  },
  severity: ONCE_LEARNED,
  otherNames: {},
  eve: { signatureId: 23, category: "Potentially Bad Traffic", arp: null },
  picture: { ...WRONG_CLAIMANT, claimantIs: "disputed" },
  deed: "is still sent traffic for an address that it does not hold",
  isClaim: false,
  counts: "frame",
  cure: "Announce the address from its holder",
  summary: (finding) => `${stillSends(finding)}${lossOf(finding)}: ${cureOf(finding)}.`,
  headline: (finding) => {
    const { victims, ip, formerHolder } = finding;
    const one = victims.length === 1;
    const over = victims.every(({ restored }) => restored !== null);
    const verb = over ? "sent" : one ? "still sends" : "still send";
    return `${capitalise(hostNames(victims))} ${verb} the traffic for ${ip} to ${formerHolder === null ? "its former holder" : rivalName(formerHolder, ip)}`;
  },
  fix: (finding) => [...heal(finding), ...checkCache(finding), ...answerStrays(finding)],
  filter: (finding) => [
    `ip.dst == ${finding.ip}`,
    ...(finding.formerHolder === null ? [] : [`eth.dst == ${finding.formerHolder.mac}`]),
    sentBy(finding),
    ...frameRange(finding),
  ],
});

function stillSends(finding: FindingAccount): string {
  const { victims, ip, isVip, formerHolder, claimant, stage } = finding;
  const over = victims.every(({ restored }) => restored !== null);
  const one = victims.length === 1;
  const whose = one ? "its" : "their";
  const names = capitalise(victims.length === 1 ? fullNameOf(finding) : hostNames(victims, "some host"));
  const target = formerHolder === null ? "its former holder" : rivalFullName(formerHolder, ip);
  const address = isVip ? `VIP ${ip}` : ip;
  const became = isSeen(claimant)
    ? "which announced it without holding it"
    : "which does not hold it any more";
  const sends =
    stage === "learned"
      ? `would ${over ? "have sent" : "send"}`
      : over
        ? "sent"
        : `still ${one ? "sends" : "send"}`;
  const since = victims.find(({ used }) => used !== null)?.used ?? null;
  const from = since === null ? finding.frameText(finding.first) : `from ${finding.frameText(since)} on`;
  return `${names} ${sends} ${whose} traffic for ${address} to ${target}, ${became}${holderOf(finding)} (${from})`;
}

function fullNameOf({ victims }: FindingFacts): string {
  const [first] = victims;
  return first === undefined ? "some host" : fullName(first);
}

function holderOf({ rightful, ip }: FindingFacts): string {
  return rightful === null ? "" : `, while ${rivalFullName(rightful, ip)} does`;
}

function lossOf({ bypass }: FindingAccount): string {
  if (bypass === null || bypass.flows === 0) return "";
  const { flows, unanswered } = bypass;
  if (unanswered === 0) return `; all of its ${plural(flows, "flow")} were answered there`;
  return unanswered === flows
    ? `; ${flows === 1 ? "its flow was" : `none of the ${plural(flows, "flow")} was`} answered there`
    : `; ${plural(unanswered, "flow")} of ${flows} were not answered there`;
}

function cureOf({ rightful, ip }: FindingAccount): string {
  return rightful === null ? `announce ${ip} from its holder` : `have ${hostName(rightful)} announce ${ip}`;
}

/** What keeps a standby's announcement from sticking. */
function answerStrays({ claimant, rightful }: FindingAccount): FixStep[] {
  if (!isSeen(claimant)) return [];
  return [
    step({
      host: claimant,
      what: "See whether it misses the master's advertisements",
      command: "timeout 5 tcpdump -ni any 'ip proto 112'",
    }),
    step({
      host: rightful,
      what:
        rightful === null
          ? "On the master: have it announce itself again after such a claim"
          : "Have the master announce itself again after such a claim",
      note: "In keepalived.conf: vrrp_garp_lower_prio_repeat 5, and vrrp_garp_master_refresh 60; on the standby vrrp_higher_prio_send_advert true, or the master does not hear of it.",
    }),
  ];
}
