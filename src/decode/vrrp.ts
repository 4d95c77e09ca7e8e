import { Control, type VrrpAdvert } from "./facts.ts";

/**
 * Version and type 0 · VRID 1 · priority 2 · address count 3 · timer 4..6 · checksum 6..8 · addresses (RFC 9568, 5.1). The
 * timer is 12 bits of centiseconds; in version 2 the second byte, in seconds (RFC 3768, 5.3.7).
 */
const HEADER_BYTES = 8;
const ADVERTISEMENT = 1;
/** RFC 3768 (version 2) ends in eight bytes of authentication data, whether used or not. */
const V2_AUTHENTICATION_BYTES = 8;

/** CARP shares protocol 112 and a first byte of 0x21; its fourth byte is its authentication's length in words. */
const CARP_BYTES = 36;
const CARP_AUTHENTICATION_WORDS = 7;

/**
 * Decodes a VRRP advertisement for IPv4, version 2 or 3, into `advert`.
 *
 * @param sentEnd where the message ended on the wire, which may be behind what was captured: of CARP's its beginning is
 * enough
 * @returns `Vrrp`, `Carp` for what only looks like it (then `advert` holds its VHID alone), or `None`
 */
export function decodeVrrp(
  view: DataView,
  start: number,
  end: number,
  sentEnd: number,
  advert: VrrpAdvert,
): Control {
  const bytes = end - start;
  if (bytes < HEADER_BYTES) return Control.None;
  const versionAndType = view.getUint8(start);
  const version = versionAndType >> 4;
  if ((versionAndType & 0xf) !== ADVERTISEMENT || (version !== 2 && version !== 3)) return Control.None;
  const count = view.getUint8(start + 3);
  advert.version = version;
  advert.virtualRouterId = view.getUint8(start + 1);
  advert.addressCount = 0;
  advert.priority = 0;
  const isCarp = version === 2 && count === CARP_AUTHENTICATION_WORDS && sentEnd - start === CARP_BYTES;
  if (isCarp) return Control.Carp;
  const claimedBytes = HEADER_BYTES + count * 4 + (version === 2 ? V2_AUTHENTICATION_BYTES : 0);
  if (bytes < claimedBytes) return Control.None;
  advert.priority = view.getUint8(start + 2);
  advert.intervalMs =
    version === 2 ? view.getUint8(start + 5) * 1000 : (view.getUint16(start + 4) & 0xfff) * 10;
  advert.addressCount = count;
  for (let index = 0; index < count; index++) {
    advert.addresses[index] = view.getInt32(start + HEADER_BYTES + index * 4);
  }
  return Control.Vrrp;
}
