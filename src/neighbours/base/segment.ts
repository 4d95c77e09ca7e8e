/** `FrameFacts.segment` holds the number of the interface's broadcast domain from this bit on. */
export const DOMAIN_SHIFT = 24;
/** The part of `FrameFacts.segment` below the interface's. */
export const VLAN_MASK = (1 << DOMAIN_SHIFT) - 1;
