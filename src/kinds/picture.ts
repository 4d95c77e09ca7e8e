import type { Picture } from "./kind.ts";

/** The claimant is wrong, and draws traffic that is another's. */
export const WRONG_CLAIMANT: Picture = {
  accusesClaimant: true,
  showsStrayTraffic: true,
  intrusion: null,
  claimantIs: "wrong",
  rightfulIs: "rightful",
  isWrongInCache: true,
};
