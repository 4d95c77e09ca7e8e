import { isSeen, shortName } from "../../words/hosts.ts";
import { effectOf, firstClaim, leakHeadline, whoOf } from "../clauses.ts";
import { requestsOf } from "../filters.ts";
import { checkCache, HEAL, heal, SEE_CACHE } from "../fix/announce.ts";
import { KEEP_BOTH, READ_SETTINGS, realServerSettings, SET_BOTH } from "../fix/real-server-settings.ts";
import { findingKind } from "../kind.ts";
import { WRONG_CLAIMANT } from "../picture.ts";
import { ONCE_LEARNED } from "../severity.ts";

export const VIP_SOURCE_IN_REQUEST = findingKind({
  name: "vip-source-in-request",
  topic: {
    title: "A host that is not its director asks for another's MAC in the VIP's name",
    meaning: [
      "A real server needed a MAC, mostly the gateway's, and asked for it with the VIP as its own address: who-has the gateway, tell the VIP. The host that answers a request also learns its sender. So the gateway now has the VIP at the real server's MAC.",
      "From then on the gateway sends what is for the VIP to that one real server, past the director. Nothing is down and nothing is logged: the one server gets everything, and the others nothing.",
    ],
    cause: [
      "With arp_announce=0, the kernel's default, Linux puts into an ARP request the source address of the packet that waits for the MAC. What waits is the real server's answer to a client, and that comes from the VIP.",
      "It happens only when the real server has no entry for the gateway: after a start, after ip neigh flush, after the gateway was replaced or its entry was collected. So it seems to come at random. A single request is enough, and Linux' locktime does not protect the host that answers it.",
      "arp_announce=1 does not prevent it where the VIP is in the same subnet as the real server's own address.",
    ],
    confirm: [
      READ_SETTINGS,
      SEE_CACHE,
      {
        say: "On the gateway: wait for the next such request; none may come from a real server's MAC.",
        run: ["tcpdump -eni IFACE 'arp[6:2] = 1 and arp src host VIP'"],
      },
    ],
    fix: [SET_BOTH, KEEP_BOTH, HEAL],
  },
  severity: ONCE_LEARNED,
  otherNames: {
    arpwatch: "changed ethernet address, then flip flop",
    wireshark: "Duplicate IP address configured (arp.duplicate-address-detected)",
    snort: "112:4 attempted ARP cache overwrite attack, where its hosts list has the VIP",
  },
  eve: { signatureId: 1, category: "Potentially Bad Traffic", arp: "request" },
  picture: WRONG_CLAIMANT,
  deed: "asked for another host in the VIP's name",
  isClaim: true,
  counts: "frame",
  cure: "arp_announce=2",
  summary(finding) {
    const { ip, claimant } = finding;
    const target = firstClaim(finding)?.targetIp ?? "another host";
    const host = isSeen(claimant) ? shortName(claimant) : "it";
    return `${whoOf(finding)} asked who-has ${target} tell ${ip} (${finding.frameText(finding.first)}), using the VIP as its own address${effectOf(finding)}: set arp_announce=2 on ${host}.`;
  },
  headline: leakHeadline,
  fix: (finding) => [
    ...realServerSettings(finding, "arp_announce", "arp_ignore"),
    ...heal(finding),
    ...checkCache(finding),
  ],
  filter: requestsOf,
});
