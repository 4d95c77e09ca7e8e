import { LINKTYPE_ETHERNET } from "../capture/link-type.ts";
import { FrameIntake } from "../intake/frame-intake.ts";
import { parseRoles } from "../knowledge/given-roles.ts";
import { givenHolders } from "../knowledge/roles.ts";
import { NetworkState } from "../neighbours/network-state.ts";
import type { Clock } from "./clock.ts";
import { Watcher } from "./watcher.ts";

const TIMES = 12;
const ARP_BYTES = 42;
const ETHERTYPE_ARP = 0x0806;
const ETHERNET = 1;
const IPV4 = 0x0800;
const MAC_AND_IP_LENGTH = 0x0604;

const VIP = 0xc0000202;
const GATEWAY = { mac: 1, ip: 0xc0000201 };
const DIRECTOR = { mac: 2, ip: 0xc000020a };
const REAL_SERVER = { mac: 3, ip: 0xc000020b };

/**
 * Plays a small incident to a watch of its own, which tells nobody.
 *
 * Code runs slowly the first few times, and the first alert is not the one to wait for.
 */
export function warmUp(clock: Clock): void {
  for (let time = 0; time < TIMES; time++) {
    const roles = parseRoles({ vips: ["192.0.2.2"], directors: ["192.0.2.10"], realServers: ["192.0.2.11"] });
    const state = new NetworkState(givenHolders(roles));
    const nothing = () => undefined;
    const settings = { clock, memory: null, tell: nothing, clockStepped: nothing, releaseMemory: nothing };
    const watcher = new Watcher(state, new FrameIntake(state, 0), { roles, exceptions: [] }, settings);
    watcher.link(LINKTYPE_ETHERNET);
    watcher.arrived(0);
    let seconds = 0;
    for (const frame of INCIDENT) watcher.frame(frame, 0, ARP_BYTES, ARP_BYTES, seconds++, 0);
    watcher.decoded();
    watcher.finish();
  }
}

interface Host {
  readonly mac: number;
  readonly ip: number;
}

/** Resolutions as they should be; then the real server looks the gateway up in the VIP's name, and the director heals it. */
const INCIDENT: readonly DataView[] = [
  arp(1, GATEWAY, null, VIP),
  arp(2, { ...DIRECTOR, ip: VIP }, GATEWAY, GATEWAY.ip),
  arp(1, DIRECTOR, null, REAL_SERVER.ip),
  arp(2, REAL_SERVER, DIRECTOR, DIRECTOR.ip),
  arp(1, REAL_SERVER, null, GATEWAY.ip),
  arp(2, GATEWAY, REAL_SERVER, REAL_SERVER.ip),
  arp(1, { ...REAL_SERVER, ip: VIP }, null, GATEWAY.ip),
  arp(2, GATEWAY, { ...REAL_SERVER, ip: VIP }, VIP),
  arp(1, { ...DIRECTOR, ip: VIP }, null, VIP),
];

/** RFC 826 over Ethernet; `to` null is everybody. */
function arp(operation: number, sender: Host, to: Host | null, targetIp: number): DataView {
  const frame = new DataView(new ArrayBuffer(ARP_BYTES));
  const mac = (offset: number, low: number) => {
    frame.setUint16(offset, 0x0200);
    frame.setUint32(offset + 2, low);
  };
  if (to === null) for (let byte = 0; byte < 6; byte++) frame.setUint8(byte, 0xff);
  else mac(0, to.mac);
  mac(6, sender.mac);
  frame.setUint16(12, ETHERTYPE_ARP);
  frame.setUint16(14, ETHERNET);
  frame.setUint16(16, IPV4);
  frame.setUint16(18, MAC_AND_IP_LENGTH);
  frame.setUint16(20, operation);
  mac(22, sender.mac);
  frame.setUint32(28, sender.ip);
  if (to !== null) mac(32, to.mac);
  frame.setUint32(38, targetIp);
  return frame;
}
