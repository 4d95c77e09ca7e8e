import type { Benign } from "../findings/benign.ts";
import { ipText, plural, printable } from "./text.ts";
import type { Wording } from "./wording.ts";

/** Why a change is innocent. */
export function benignText({ ip, from, to, reason }: Benign, wording: Wording): string {
  const taker = to === null ? "another host" : wording.fullName(to);
  const giver = from === null ? "another host" : wording.fullName(from);
  const address = ipText(ip);
  switch (reason.why) {
    case "advertised":
      return `${taker} takes ${address} over from ${giver} and advertises it by VRRP version ${reason.version}, virtual router ${reason.virtualRouterId}, priority ${reason.priority}`;
    case "resigned":
      return `${giver} resigned from VRRP version ${reason.version}, virtual router ${reason.virtualRouterId}; ${taker} takes ${address} over`;
    case "both-directors":
      return `${taker} takes ${address} over from ${giver}; both are its directors`;
    case "known-before":
      return `${address} moved from ${giver}, where ${printable(reason.source)} has it, to ${taker} before the capture began, or as it did`;
    case "fell-silent":
      return `${address} moved from ${giver} to ${taker}; the former has not spoken for it since`;
    case "leased":
      return `${address} moved from ${giver} to ${taker}, to which a DHCP server had granted it (${wording.frame(reason.lease)})`;
    case "handed-over":
      return `${taker} takes ${address} over from ${giver} and announces it; each keeps silent while the other has it`;
    case "defended":
      return `${taker} defended ${address} against ${giver}, which announced it and then gave it up (RFC 5227)`;
    case "migrated":
      return `${taker} announced ${plural(reason.count, "time")} by RARP which port it is at now, as after a live migration; ${address} stays with it`;
    case "bonded":
      return reason.seen === "learning-frames"
        ? `${taker} and ${giver} are cards of one bond: each teaches the switch its MAC by frames to itself, and no other host has their addresses`
        : `${taker} and ${giver} are likely cards of one bond (balance-alb): no question for ${address} is answered twice, and unasked replies come only right after a request in its name`;
    case "card-below":
      return reason.protocol === null
        ? `${taker} asks in the name of ${address}, which is at the virtual MAC of ${giver}: likely the card below it. No advertisement was captured that would prove it; if it is a real server's card, name the roles with --vip, --director and --real-server`
        : `${taker} is the card below the virtual MAC of ${reason.protocol} group ${reason.group}: its kernel asks in the name of ${address} with the card's own MAC, and both are one machine`;
    case "echoed":
      return `${taker} bridges ${giver} and puts its own MAC into its frames: ${reason.count === 1 ? "the one ARP frame" : `all ${reason.count} ARP frames`} of ${giver} came again from it within a millisecond`;
    case "rewritten":
      return `${giver} sends for ${taker} under its own Ethernet address, its packets, too: a bridge that rewrites MACs`;
    case "nlb":
      return `${address} is a cluster of Microsoft NLB, whose heartbeats name it; its hosts answer with the cluster's MAC`;
    case "group-member":
      return `${taker} and ${giver} stand for ${address} together: members of ${reason.protocol} group ${reason.group}, which are heard here`;
    case "probed":
      return `${taker} checked ${plural(reason.count, "time")} whether ${address} is free (sender address 0.0.0.0); that teaches nobody`;
    case "own-announcement":
      return `${taker} announced ${address}, which nobody else claimed at the time`;
    case "routes":
      return `${taker} answers for ${address}${reason.addresses > 1 ? ` and ${plural(reason.addresses - 1, "other address")}` : ""}, and routes ${reason.addresses > 1 ? "their" : "its"} packets (TTL ${reason.ttl}): proxy ARP`;
    case "virtual-mac":
      return `${address} is at the virtual MAC of ${reason.protocol} group ${reason.group}, whose members are heard here`;
    case "restored":
      return `an ARP frame for ${taker} ended ${reason.finding}`;
  }
}
