import type { Station } from "../../base/station.ts";
import type { HeardClaim } from "../../claims/claim.ts";
import type { CacheEntry } from "../cache-entry.ts";
import type { Effect, NeighbourModel } from "./model.ts";
import { overwrite } from "./overwrite.ts";

/** RFC 826, "Packet Reception", to the letter: no more than it says. */
export const RFC_826: NeighbourModel = {
  name: "rfc826",

  // "Am I the target protocol address? Yes: If Merge_flag is false, add the triplet ... to the translation table."
  // The operation is looked at only after that.
  learnsAsTarget: true,

  // "Related issue": ageing and timeouts are suggested, and left to the implementation.
  timers: { locktimeNs: 0, unicastProbes: 0, retransTimeNs: 0, maxAgeNs: null },

  // RFC 1122, section 2.3.3: a host should be able to receive RFC 1042's encapsulation.
  takesSnap: true,

  notesConfirmations: false,

  isSettled: ({ nud }) => nud === "reachable",

  learn(entry: CacheEntry, owner: Station, nowNs: number): Effect {
    return overwrite(entry, owner, nowNs) ? "replaced" : "none";
  },

  /** "If the pair <protocol type, sender protocol address> is already in my translation table, update": a pair, no question. */
  hear(entry: CacheEntry, heard: HeardClaim): Effect {
    return entry.valid ? RFC_826.learn(entry, heard.claimed, heard.at.timeNs) : "none";
  },

  use(): void {},

  lossOf(): null {
    return null;
  },
};
