import { Control, type VrrpAdvert } from "./facts.ts";

export const HSRP_PORT = 1985;

/** Version 0 · opcode 1 · state 2 · timers and priority 3..6 · group 6 · authentication 8..16 · address 16 (RFC 2281, 5). */
const V1_BYTES = 20;
const V1_ACTIVE = 16;
/** Type 1 and length 40 · version 2 · opcode 3 · state 4 · IP version 5 · group 6 · identifier, timers · address 26. */
const V2_BYTES = 42;
const V2_GROUP_STATE = 1;
const V2_ACTIVE = 6;

/** Hello and coup; a router that resigns sends the third. */
const COUP = 1;

/**
 * Decodes an HSRP message of a router that is active, version 1 or 2 for IPv4, into `advert`.
 *
 * @returns `Hsrp`; `None` for other messages, and for other routers': those claim nothing
 */
export function decodeHsrp(view: DataView, start: number, end: number, advert: VrrpAdvert): Control {
  const bytes = end - start;
  if (bytes >= V1_BYTES && view.getUint8(start) === 0) {
    if (view.getUint8(start + 1) > COUP || view.getUint8(start + 2) !== V1_ACTIVE) return Control.None;
    return fill(advert, 1, view.getUint8(start + 6), view.getInt32(start + 16));
  }
  if (bytes < V2_BYTES || view.getUint8(start) !== V2_GROUP_STATE) return Control.None;
  const isActive = view.getUint8(start + 3) <= COUP && view.getUint8(start + 4) === V2_ACTIVE;
  if (!isActive || view.getUint8(start + 5) !== 4) return Control.None;
  return fill(advert, 2, view.getUint16(start + 6), view.getInt32(start + 26));
}

function fill(advert: VrrpAdvert, version: number, group: number, ip: number): Control {
  if (ip === 0) return Control.None;
  advert.version = version;
  advert.virtualRouterId = group;
  advert.priority = 0;
  advert.addressCount = 1;
  advert.addresses[0] = ip;
  return Control.Hsrp;
}
