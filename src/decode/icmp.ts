import { type FrameFacts, IpProtocol } from "./facts.ts";
import {
  IPV4_HEADER_BYTES,
  ipv4Destination,
  ipv4HeaderBytes,
  ipv4Protocol,
  ipv4Source,
  isLaterFragment,
} from "./ipv4-header.ts";

/** RFC 792: type 0..1 · code 1..2 · checksum 2..4 · unused 4..8 · the packet it is about, with 8 bytes of its payload. */
const HEADER_BYTES = 8;
const DESTINATION_UNREACHABLE = 3;
const PORTS_BYTES = 4;

/** Takes from an ICMP message whose packet could not be delivered; of other messages nothing is needed. */
export function decodeIcmp(view: DataView, start: number, end: number, facts: FrameFacts): void {
  const quoted = start + HEADER_BYTES;
  if (end - quoted < IPV4_HEADER_BYTES || view.getUint8(start) !== DESTINATION_UNREACHABLE) return;
  const headerBytes = ipv4HeaderBytes(view, quoted);
  if (headerBytes === 0) return;
  facts.refuses = true;
  facts.refusedSourceIp = ipv4Source(view, quoted);
  facts.refusedDestinationIp = ipv4Destination(view, quoted);
  facts.refusedProtocol = ipv4Protocol(view, quoted);
  const hasPorts = facts.refusedProtocol === IpProtocol.Tcp || facts.refusedProtocol === IpProtocol.Udp;
  const isThere = end - quoted - headerBytes >= PORTS_BYTES && !isLaterFragment(view, quoted);
  facts.refusedPorts = hasPorts && isThere ? view.getInt32(quoted + headerBytes) : 0;
}
