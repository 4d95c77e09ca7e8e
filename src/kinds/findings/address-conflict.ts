import { rivalFullName, rivalName } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import { BOTH_SEEN } from "../evident.ts";
import { anyClaimOf } from "../filters.ts";
import { ANNOUNCE_ADDRESS } from "../fix/announce.ts";
import { FIND_PORT } from "../fix/isolate.ts";
import { ASK_AROUND, partRivals, WATCH } from "../fix/rivals.ts";
import { step } from "../fix/step.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const ADDRESS_CONFLICT = findingKind({
  name: "address-conflict",
  topic: {
    title: "Two hosts really use one address",
    meaning: [
      "Both answer for it, or ask in its name, as kernels do that have it. Whom the others reach is chance, and changes whenever a cache has to look it up. Nothing points to intent, and nothing tells which of the two is right.",
    ],
    cause: [
      "An address typed twice, a static one within the range of a DHCP server, a cloned virtual machine, a container network that overlaps, a replaced machine that came back up. Also a host with two cards on one segment, which by default answers on both for the addresses of either: then both MACs are its own.",
    ],
    confirm: [
      ASK_AROUND,
      WATCH,
      FIND_PORT,
      {
        say: "On each of the two hosts: which card has the address? Where both MACs are of one host, see arp_ignore and arp_filter there.",
        run: ["ip addr show to ADDRESS", "sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_filter"],
      },
    ],
    fix: [
      {
        say: "Take the address from the host that should not have it.",
        run: ["ip addr del ADDRESS dev IFACE"],
      },
      {
        say: "A host with two cards on one segment: let each answer for its own addresses only.",
        run: ["sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"],
      },
      {
        say: "On the host that keeps the address: announce it, so that everybody's cache is right at once.",
        run: ANNOUNCE_ADDRESS,
      },
    ],
  },
  severity: always("warning"),
  otherNames: {
    arpwatch: "flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the address",
  },
  eve: { signatureId: 9, category: "Potentially Bad Traffic", arp: "any" },
  picture: { ...WRONG_CLAIMANT, claimantIs: "disputed", rightfulIs: "disputed", isWrongInCache: false },
  deed: "uses an address that another host uses, too",
  evident: BOTH_SEEN,
  isClaim: true,
  counts: "frame",
  cure: "Give one another address",
  summary(finding) {
    const { ip, claimant, rightful } = finding;
    const frame = finding.frameText(finding.first);
    const rival = rightful === null ? "another host" : rivalFullName(rightful, ip);
    const who = capitalise(rivalFullName(claimant, ip));
    return finding.isVip
      ? `${who} and ${rival} both claim VIP ${ip} (${frame}), and no frame tells which of them is its director: only that one may.`
      : `${who} and ${rival} both use ${ip} (${frame}): give one of them another address.`;
  },
  headline: ({ ip, claimant, rightful }) =>
    `${capitalise(rivalName(claimant, ip))} and ${rightful === null ? "another host" : rivalName(rightful, ip)} both use ${ip}`,
  fix: (finding) => [
    ...partRivals(finding),
    ...(finding.isVip
      ? []
      : [
          step({
            host: null,
            what: `If several hosts hold ${finding.ip} on purpose, as an LVS cluster's do, name its director`,
            note: `With --vip ${finding.ip} --director ADDRESS the report says which of them may not answer for it.`,
          }),
        ]),
  ],
  filter: anyClaimOf,
});
