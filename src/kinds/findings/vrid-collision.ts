import { hostName } from "../../words/hosts.ts";
import type { FindingAccount } from "../account.ts";
import { ownerInShort, ownerOf, whoOf } from "../clauses.ts";
import { frameRange } from "../filters.ts";
import { type FixStep, step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const VRID_COLLISION = findingKind({
  name: "vrid-collision",
  topic: {
    title: "Two clusters use one virtual router identifier",
    meaning: [
      "Two hosts advertise one VRID on one segment, each for addresses of its own: none of the addresses is claimed by both. Each believes the other to be its master or its backup. The one with the lower priority gives its addresses up as soon as it hears the other; where it takes them back, it does so every few seconds.",
      "With virtual MACs it is worse: both clusters then answer with one and the same MAC, and the switch sends frames for it to whichever was heard last.",
    ],
    cause: [
      "A VRID was copied with a configuration, or left at a default: 51 in keepalived's examples, and the same one in each cluster that an installer sets up.",
    ],
    confirm: [
      {
        say: "On any host of the segment: who advertises the VRID, and for which addresses?",
        run: ["tcpdump -vni IFACE 'ip proto 112'"],
      },
      {
        say: "On each director: which VRID does it use?",
        run: ["grep -rn virtual_router_id /etc/keepalived/"],
      },
    ],
    fix: [
      {
        say: "Give one of the two clusters another virtual_router_id, 1 to 255, that nobody else on the segment uses, on all its members; then reload keepalived there.",
        run: ["systemctl reload keepalived"],
      },
    ],
  },
  severity: always("warning"),
  otherNames: {},
  eve: { signatureId: 20, category: "Potentially Bad Traffic", arp: null },
  picture: {
    ...WRONG_CLAIMANT,
    accusesClaimant: false,
    showsStrayTraffic: false,
    claimantIs: "disputed",
    rightfulIs: "disputed",
    isWrongInCache: false,
  },
  deed: "uses another cluster's virtual router identifier",
  isClaim: false,
  counts: "advertisement",
  cure: "Give one cluster another VRID",
  summary: (finding) =>
    `${whoOf(finding)} advertises ${finding.ip} and ${ownerOf(finding, "another director")} advertises ${finding.rightfulIp ?? "other addresses"} with one VRID, ${finding.virtualRouterId} (from ${finding.frameText(finding.first)}), so each takes the other for a member of its own cluster: give one of them another virtual_router_id.`,
  headline: (finding) =>
    `Two clusters use one VRID: ${hostName(finding.claimant)} for ${finding.ip}, ${ownerInShort(finding)} for other addresses`,
  fix: renumberOne,
  filter: (finding) => ["ip", `vrrp.virt_rtr_id == ${finding.virtualRouterId}`, ...frameRange(finding)],
});

function renumberOne({ claimant, rightful, ip, rightfulIp }: FindingAccount): FixStep[] {
  const rightfulCluster = rightfulIp === null ? "the other" : `that of ${rightfulIp}`;
  return [
    step({
      host: null,
      what: `Give one of the two clusters, that of ${ip} or ${rightfulCluster}, a VRID that nobody else on the segment uses`,
      note: "On all its members: virtual_router_id in keepalived.conf, 1 to 255.",
    }),
    ...[claimant, rightful].map((host) =>
      step({
        host,
        what: host === null ? "On the other director: see which VRID it uses" : "See which VRID it uses",
        command: "grep -rn virtual_router_id /etc/keepalived/",
      }),
    ),
  ];
}
