import { type FrameMaker, type Host, host, ipv4, type Packet } from "./frames.ts";
import type { Random } from "./random.ts";

const HOSTS = 1 << 16;
const PACKET_BYTES = 50;

/** 65,536 hosts in one /16, of which each talks to one other and asks for it again and again: every tenth frame is ARP. */
export function makeStorm(make: FrameMaker, random: Random, frames: number): void {
  const packet: Packet = {
    sourceIp: 0,
    destinationIp: 0,
    sourcePort: 40_000,
    destinationPort: 80,
    identification: 0,
    timeToLive: 64,
    bytes: PACKET_BYTES,
  };
  while (make.frames < frames) {
    const index = random.below(HOSTS);
    const asker = hostAt(index);
    const owner = hostAt(index ^ 1);
    if (make.frames % 20 === 0) {
      make.request(asker, owner.ip);
      if (make.frames < frames) make.reply(owner, asker, owner.ip);
      continue;
    }
    packet.sourceIp = asker.ip;
    packet.destinationIp = owner.ip;
    packet.identification = make.frames & 0xffff;
    make.packet(asker, owner, packet);
  }
}

function hostAt(index: number): Host {
  return host(ipv4(10, 0, index >>> 8, index & 0xff));
}
