import { fullName, hostName, shortName } from "../../words/hosts.ts";
import { firstClaim, headlineOf, whoOf } from "../clauses.ts";
import { COUNTED } from "../evident.ts";
import { claimsOf } from "../filters.ts";
import { READ_SETTINGS, realServerSettings } from "../fix/real-server-settings.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { always } from "../severity.ts";

export const VIP_LEAK_INERT = findingKind({
  name: "vip-leak-inert",
  topic: {
    title: "A server claims a VIP that is routed to it: the entry is not used",
    meaning: [
      "The gateway has routes to the VIP (equal-cost routes, BGP anycast): it looks its next hops up by ARP, never the VIP. Its own frames show that: they go to several servers by turns, though nobody asked for the VIP.",
      "A server's ARP frame in the VIP's name puts the VIP into the gateway's neighbour table all the same. Linux keeps the entry, STALE, and sends nothing by it.",
      "It is harmless as long as the route has a next hop. It does harm as soon as the VIP is reached on-link: an address of its prefix on the gateway's card, a route with scope link or without a next hop, or the routes withdrawn so that a wider on-link prefix holds. Then one server gets everything.",
    ],
    cause: [
      "arp_announce=0, the kernel's default: what waits for the gateway's MAC is an answer from the VIP, and the request takes its source address.",
    ],
    confirm: [
      {
        say: "On the gateway: the route names next hops, and the neighbour entry is STALE.",
        run: ["ip route show VIP", "ip neigh show VIP"],
      },
      READ_SETTINGS,
    ],
    fix: [
      {
        say: "On every server, where the route may become on-link one day: arp_announce=2, before the VIP comes up.",
        run: ["sysctl -w net.ipv4.conf.all.arp_announce=2"],
      },
    ],
  },
  severity: always("notice"),
  otherNames: { arpwatch: "changed ethernet address, then flip flop" },
  eve: { signatureId: 25, category: "Misc activity", arp: "any" },
  picture: { ...WRONG_CLAIMANT, accusesClaimant: false, showsStrayTraffic: false, isWrongInCache: false },
  deed: "claims a VIP that is routed to it, into an entry that nobody uses",
  evident: COUNTED,
  isClaim: true,
  counts: "frame",
  countsRemark: "no cache entry in use",
  cure: "arp_announce=2",
  summary(finding) {
    const { ip, claimant, first } = finding;
    const target = firstClaim(finding)?.targetIp;
    const router = finding.proof.find(({ what }) => what === "routed")?.by;
    const asked =
      target === undefined || target === ip ? `announced ${ip}` : `asked who-has ${target} tell ${ip}`;
    const who = router === undefined ? "the gateway" : fullName(router);
    const holder = router === undefined ? "it" : hostName(router);
    return `${whoOf(finding)} ${asked} (${finding.frameText(first)}), but ${who} routes ${ip} to several servers, so the neighbour entry that ${holder} has of it now is not used: harmless until ${ip} is reached on-link; then set arp_announce=2 on ${shortName(claimant)} first.`;
  },
  headline: headlineOf("claims a VIP that is routed to it; the entry is not used"),
  fix: (finding) => realServerSettings(finding, "arp_announce", "arp_ignore"),
  filter: claimsOf,
});
