/** A frame that is captured again within this is the same frame: two ports, interfaces or directions show it. */
export const SAME_FRAME_NS = 1_000_000;

/**
 * For so long a frame may still carry what its sender believed before the frame captured ahead of it: it was on its way,
 * or two ports of a mirror were merged out of order.
 */
export const IN_FLIGHT_NS = 2_000_000;

/** What was under way when an address changed hands may still arrive, and be passed on, within this. */
export const LINGERING_NS = 1_000_000_000;
