import type { Position } from "../../base/position.ts";
import { isGroupMac, type Station } from "../../base/station.ts";
import type { HeardClaim } from "../../claims/claim.ts";
import type { CacheEntry } from "../cache-entry.ts";
import type { Effect, Loss, NeighbourModel } from "./model.ts";
import { overwrite } from "./overwrite.ts";

/** `net.link.ether.inet.max_age`. */
const MAX_AGE_NS = 1_200_000_000_000;

/** `in_arpinput` of FreeBSD's sys/netinet/if_ether.c; OpenBSD's and NetBSD's learn alike. */
export const BSD: NeighbourModel = {
  name: "bsd",

  // `la = lla_lookup(LLTABLE, (itaddr == myaddr) ? LLE_CREATE : 0, isaddr)`, before the operation is looked at.
  learnsAsTarget: true,

  // `arptimer` drops the entry at its age; until then nobody is asked by unicast whether it still holds.
  timers: { locktimeNs: 0, unicastProbes: 0, retransTimeNs: 0, maxAgeNs: MAX_AGE_NS },

  // ether_demux drops what has a length in place of its type.
  takesSnap: false,

  notesConfirmations: true,

  isSettled: ({ nud }) => nud === "reachable",

  /** `arp_update_lle`: "%s moved from %*D to %*D on %s", and the age starts anew. */
  learn(entry: CacheEntry, owner: Station, nowNs: number): Effect {
    return overwrite(entry, owner, nowNs) ? "replaced" : "confirmed";
  },

  /** `arp_check_update_lle`: whatever is found is updated, by any operation for any target; there is no locktime. */
  hear(entry: CacheEntry, heard: HeardClaim): Effect {
    // "it's from me, ignore it."
    if (heard.claimed === entry.holder) return "none";
    // `allow_multicast` is off.
    if (isGroupMac(heard.claimed.macHigh)) return "none";
    // `arptimer` took it out of the table; one that waits for an answer is in it.
    if (entry.nud === "failed") return "none";
    return BSD.learn(entry, heard.claimed, heard.at.timeNs);
  },

  /** Sending leaves `la_expire` alone. */
  use(): void {},

  /** `la_expire`, set by `arp_update_lle` to `time_uptime + V_arpt_keep`. */
  lossOf(entry: CacheEntry, now: Position): Loss | null {
    const expiryNs = entry.confirmedNs + MAX_AGE_NS;
    if (!entry.valid || now.timeNs < expiryNs) return null;
    return { at: now, timeNs: expiryNs, cause: "aged-out" };
  },
};
