/** Why frames alone prove a finding, for kinds that share it. */

export const COUNTED = "the frames counted show it";
export const BOTH_SEEN = "frames show both hosts with the address";
