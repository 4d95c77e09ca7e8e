import { plural } from "../../words/counts.ts";
import { hostName } from "../../words/hosts.ts";
import { headlineOf, whoOf } from "../clauses.ts";
import { COUNTED } from "../evident.ts";
import { BROADCAST, frameRange } from "../filters.ts";
import { FIND_PORT } from "../fix/isolate.ts";
import { step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const ARP_SCAN = findingKind({
  name: "arp-scan",
  topic: {
    title: "A host asks for one address after another",
    meaning: ["Somebody looks who is there. That harms nobody, but it is how an intrusion begins, too."],
    cause: [
      "arp-scan, nmap or netdiscover, an inventory or monitoring system, a router that was swept from outside and has to look every address up.",
    ],
    confirm: [
      {
        say: "On any host of the segment: who asks?",
        run: ["tcpdump -eni IFACE 'arp[6:2] = 1 and ether src MAC'"],
      },
      FIND_PORT,
    ],
    fix: [{ say: "Ask whose host it is whether the scan was meant." }],
  },
  severity: always("notice"),
  otherNames: {},
  eve: { signatureId: 13, category: "Detection of a Network Scan", arp: "any" },
  picture: WRONG_CLAIMANT,
  deed: "asked for one address after another",
  evident: COUNTED,
  isClaim: false,
  counts: "request",
  cure: "See what it is",
  summary: (finding) =>
    `${whoOf(finding)} asked for one address after another, ${plural(finding.count, "request")} from ${finding.frameText(finding.first)} on: a scan; see whether somebody meant it.`,
  headline: headlineOf("asked for one address after another"),
  fix: ({ claimant }) => [
    step({
      host: null,
      what: `Ask the owner of ${hostName(claimant)} whether it was a scan on purpose`,
      note: "arp-scan, nmap and monitoring systems ask like this.",
    }),
  ],
  filter: (finding) => [
    "arp.opcode == 1",
    "!arp.isgratuitous",
    `eth.src == ${finding.claimant.mac}`,
    `eth.dst == ${BROADCAST}`,
    ...frameRange(finding),
  ],
});
