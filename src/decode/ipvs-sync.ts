import { Control, SYNC_MOST_CONNECTIONS, type SyncMessage } from "./facts.ts";

const UDP_HEADER_BYTES = 8;
const UDP_LENGTH = 4;

/** ip_vs_sync.c, `struct ip_vs_sync_mesg_v0`: connections 0 · syncid 1 · size 2..4. */
const V0_HEADER_BYTES = 4;
/** `struct ip_vs_sync_conn_v0`: vaddr 12..16 · daddr 16..20 · flags 20..22. */
const V0_CONNECTION_BYTES = 24;
const V0_SEQUENCE_OPTIONS_BYTES = 24;
/** IP_VS_CONN_F_IN_SEQ | IP_VS_CONN_F_OUT_SEQ: the entry carries sequence numbers. */
const SEQUENCE_FLAGS = 0x0600;

/** `struct ip_vs_sync_mesg`: reserved 0 · syncid 1 · size 2..4 · connections 4 · version 5 · spare 6..8. */
const V1_HEADER_BYTES = 8;
/** `struct ip_vs_sync_v4`: type 0 · version and size 2..4 · flags 4..8 · vaddr 28..32 · daddr 32..36. */
const V1_CONNECTION_BYTES = 36;
const V1_TYPE_IPV6 = 1;
const V1_SIZE_MASK = 0x0fff;

const FORWARDING_MASK = 7;

/**
 * Decodes a message of the IPVS synchronisation daemon, version 0 or 1, into `message`.
 *
 * The receiver's own test tells the versions apart (`ip_vs_process_message`), and like it this takes nothing of a
 * message whose size is not that of its datagram.
 *
 * @param start the UDP header
 * @returns `IpvsSync`, or `None`
 */
export function decodeIpvsSync(view: DataView, start: number, end: number, message: SyncMessage): Control {
  const body = start + UDP_HEADER_BYTES;
  message.connections = 0;
  if (end - body < V0_HEADER_BYTES) return Control.None;
  // By its own word: of a message that was captured in part, the connections that are there are good.
  const datagramBytes = view.getUint16(start + UDP_LENGTH) - UDP_HEADER_BYTES;
  if (view.getUint16(body + 2) !== datagramBytes) return Control.None;
  const isV1 =
    end - body >= V1_HEADER_BYTES &&
    view.getUint8(body) === 0 &&
    view.getUint8(body + 5) === 1 &&
    view.getUint16(body + 6) === 0;
  if (isV1) decodeV1(view, body, end, message);
  else decodeV0(view, body, end, message);
  return message.connections > 0 ? Control.IpvsSync : Control.None;
}

function decodeV0(view: DataView, body: number, end: number, message: SyncMessage): void {
  let remaining = view.getUint8(body);
  let at = body + V0_HEADER_BYTES;
  while (remaining-- > 0 && end - at >= V0_CONNECTION_BYTES) {
    const flags = view.getUint16(at + 20);
    keep(message, view.getInt32(at + 12), view.getInt32(at + 16), flags & FORWARDING_MASK);
    at += V0_CONNECTION_BYTES + ((flags & SEQUENCE_FLAGS) === 0 ? 0 : V0_SEQUENCE_OPTIONS_BYTES);
  }
}

function decodeV1(view: DataView, body: number, end: number, message: SyncMessage): void {
  let remaining = view.getUint8(body + 4);
  let at = body + V1_HEADER_BYTES;
  while (remaining-- > 0 && end - at >= V1_CONNECTION_BYTES) {
    const bytes = view.getUint16(at + 2) & V1_SIZE_MASK;
    if (bytes < V1_CONNECTION_BYTES) return;
    if ((view.getUint8(at) & V1_TYPE_IPV6) === 0) {
      keep(message, view.getInt32(at + 28), view.getInt32(at + 32), view.getUint32(at + 4) & FORWARDING_MASK);
    }
    // Entries are padded to four bytes, which their size does not count.
    at += (bytes + 3) & ~3;
  }
}

function keep(message: SyncMessage, vip: number, realServer: number, forwarding: number): void {
  if (message.connections >= SYNC_MOST_CONNECTIONS) return;
  message.vips[message.connections] = vip;
  message.realServers[message.connections] = realServer;
  message.forwarding[message.connections] = forwarding;
  message.connections++;
}
