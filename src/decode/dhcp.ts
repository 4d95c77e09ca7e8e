import { Control, type Lease } from "./facts.ts";

const UDP_HEADER_BYTES = 8;

/** RFC 2131, section 2: op 0 · htype 1 · hlen 2 · yiaddr 16..20 · chaddr 28..44 · magic cookie 236..240 · options. */
const OP = 0;
const HARDWARE_TYPE = 1;
const HARDWARE_LENGTH = 2;
const YOUR_ADDRESS = 16;
const CLIENT_HARDWARE = 28;
const MAGIC = 236;
const OPTIONS = 240;

const BOOTREPLY = 2;
const ETHERNET = 1;
const COOKIE = 0x63825363;

/** RFC 2132: padding and the end have no length; of the rest only the message type matters (section 9.6). */
const OPTION_PAD = 0;
const OPTION_END = 255;
const OPTION_MESSAGE_TYPE = 53;
const ACK = 5;

/**
 * Decodes what a DHCP server grants: the acknowledgement of a lease, or an answer of its ancestor BOOTP (RFC 951),
 * which knows no message types. Requests, offers and refusals grant nothing.
 *
 * @param start the UDP header
 * @returns `Lease`, or `None`
 */
export function decodeDhcp(view: DataView, start: number, end: number, lease: Lease): Control {
  const body = start + UDP_HEADER_BYTES;
  if (end - body < MAGIC || view.getUint8(body + OP) !== BOOTREPLY) return Control.None;
  if (view.getUint8(body + HARDWARE_TYPE) !== ETHERNET || view.getUint8(body + HARDWARE_LENGTH) !== 6) {
    return Control.None;
  }
  lease.ip = view.getInt32(body + YOUR_ADDRESS);
  // Zero answers a DHCPINFORM, whose sender has an address already (RFC 2131, section 4.3.5).
  if (lease.ip === 0 || !isGranted(view, body, end)) return Control.None;
  lease.macHigh = view.getUint16(body + CLIENT_HARDWARE);
  lease.macLow = view.getInt32(body + CLIENT_HARDWARE + 2);
  return Control.Lease;
}

function isGranted(view: DataView, body: number, end: number): boolean {
  if (end - body < OPTIONS || view.getUint32(body + MAGIC) !== COOKIE) return true;
  let at = body + OPTIONS;
  while (at + 1 < end) {
    const code = view.getUint8(at);
    if (code === OPTION_END) break;
    if (code === OPTION_PAD) {
      at++;
      continue;
    }
    if (code === OPTION_MESSAGE_TYPE) return at + 2 < end && view.getUint8(at + 2) === ACK;
    at += 2 + view.getUint8(at + 1);
  }
  return true;
}
