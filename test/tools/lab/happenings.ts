import {
  balance,
  DIRECTOR,
  ownAddress,
  REAL_SERVER_1,
  REAL_SERVER_2,
  request,
  SECOND_DIRECTOR,
  setArp,
  VIP,
} from "./cluster.ts";
import type { Lab } from "./lab.ts";
import type { Host, HostDefinition } from "./network.ts";

export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0 || 1;
  }

  /** Whole, from 0 to below `sides`. */
  roll(sides: number): number {
    // xorshift32
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % sides;
  }

  pick<const T>(items: readonly [T, ...T[]]): T {
    return items[this.roll(items.length)] ?? items[0];
  }
}

const SEND =
  "import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind((sys.argv[1],0)); s.sendto(b'x',(sys.argv[2],int(sys.argv[3])))";

export interface Player {
  readonly host: Host;
  readonly is: HostDefinition;
  holdsVip: boolean;
}

export async function anything(
  lab: Lab,
  dice: Dice,
  hosts: readonly [Player, ...Player[]],
  client: Host,
  port: number,
): Promise<void> {
  const one = dice.pick(hosts);
  const other = dice.pick(hosts);
  const own = ownAddress(one.is);
  const address = one.holdsVip ? dice.pick([own, VIP]) : own;
  const target = dice.pick([ownAddress(other.is), ownAddress(other.is), VIP]);
  switch (dice.roll(12)) {
    case 0:
    case 1:
      await request(lab, client, { count: 1 + dice.roll(3), interval: 0.1, firstPort: port });
      return;
    case 2:
    case 3:
    case 4:
      if (one === other) return;
      await lab.do(one.host, "python3", "-c", SEND, address, target, String(port));
      return;
    case 5:
      await lab.do(one.host, "sh", "-c", `arping -q -c ${1 + dice.roll(2)} -w 2 -I eth0 ${target} || true`);
      return;
    case 6:
      await lab.do(
        one.host,
        "sh",
        "-c",
        `arping -q ${dice.pick(["-U", "-A"])} -c ${1 + dice.roll(2)} -I eth0 ${address} || true`,
      );
      return;
    case 7:
      await lab.do(one.host, "sh", "-c", `arping -q -D -c 1 -w 1 -I eth0 ${target} || true`);
      return;
    case 8:
      if (one.holdsVip) await setArp(lab, one.host, dice.roll(2), dice.roll(3));
      else if (one.is === SECOND_DIRECTOR) {
        await lab.addAddress(one.host, `${VIP}/32`, "eth0:0");
        one.holdsVip = true;
        await lab.do(one.host, "sh", "-c", `arping -q -U -c 1 -I eth0 ${VIP} || true`);
      }
      return;
    case 9:
    case 10:
    case 11:
      await lab.do(one.host, "python3", lab.program("forge.py"), "eth0", ...forgedFrame(dice, hosts, one));
      return;
  }
}

/** What happens in a cluster that is well, its director's end included. */
export async function anythingSound(
  lab: Lab,
  dice: Dice,
  hosts: readonly [Player, ...Player[]],
  client: Host,
  port: number,
): Promise<void> {
  const one = dice.pick(hosts);
  const other = dice.pick(hosts);
  const isDirector = one.is === DIRECTOR || one.is === SECOND_DIRECTOR;
  const own = ownAddress(one.is);
  switch (dice.roll(9)) {
    case 0:
    case 1:
    case 2:
      await request(lab, client, { count: 1 + dice.roll(3), interval: 0.1, firstPort: port });
      return;
    case 3:
    case 4: {
      if (one === other) return;
      const source = one.holdsVip ? dice.pick([own, VIP]) : own;
      await lab.do(one.host, "python3", "-c", SEND, source, ownAddress(other.is), String(port));
      return;
    }
    case 5:
      await lab.do(
        one.host,
        "sh",
        "-c",
        `arping -q -c 1 -w 2 -s ${own} -I eth0 ${ownAddress(other.is)} || true`,
      );
      return;
    case 6: {
      const address = isDirector && one.holdsVip ? dice.pick([own, VIP]) : own;
      await lab.do(
        one.host,
        "sh",
        "-c",
        `arping -q ${dice.pick(["-U", "-A"])} -c 1 -I eth0 ${address} || true`,
      );
      return;
    }
    case 7:
      await lab.do(one.host, "sh", "-c", "arping -q -D -c 1 -w 1 -I eth0 192.168.1.77 || true");
      return;
    case 8:
      await failOver(lab, hosts);
      return;
  }
}

/** As keepalived does it: the old director lets go of the VIP, the new one takes and announces it. */
async function failOver(lab: Lab, hosts: readonly [Player, ...Player[]]): Promise<void> {
  const directors = hosts.filter(({ is }) => is === DIRECTOR || is === SECOND_DIRECTOR);
  const from = directors.find(({ holdsVip }) => holdsVip);
  const to = directors.find(({ holdsVip }) => !holdsVip);
  if (from === undefined || to === undefined) return;
  await lab.do(from.host, "ip", "addr", "del", `${VIP}/32`, "dev", "eth0");
  await lab.do(from.host, "nft", "flush", "ruleset");
  from.holdsVip = false;
  await lab.addAddress(to.host, `${VIP}/32`, "eth0:0");
  await balance(lab, to.host, { [VIP]: [REAL_SERVER_1, REAL_SERVER_2] });
  to.holdsVip = true;
  await lab.do(to.host, "sh", "-c", `arping -q -U -c 2 -I eth0 ${VIP} || true`);
}

const NOBODY = "00:00:00:00:00:00";
const EVERYBODY = "ff:ff:ff:ff:ff:ff";
const STRANGER = "02:00:00:00:00:99";

/**
 * Anything that fits into an ARP frame, but for another host's MAC as the frame's source: who really sent such a frame
 * is in no capture.
 */
function forgedFrame(dice: Dice, hosts: readonly [Player, ...Player[]], forger: Player): string[] {
  const anyMac = () => dice.pick(hosts).is.mac;
  const anyAddress = () => dice.pick([VIP, ownAddress(dice.pick(hosts).is), ownAddress(dice.pick(hosts).is)]);
  const senderMac = dice.pick([forger.is.mac, anyMac(), STRANGER]);
  const spa = dice.pick([anyAddress(), anyAddress(), anyAddress(), "0.0.0.0", "192.168.1.77"]);
  return [
    dice.pick([EVERYBODY, anyMac()]),
    dice.pick([forger.is.mac, forger.is.mac, STRANGER]),
    dice.pick(["1", "2"]),
    senderMac,
    spa,
    dice.pick([NOBODY, EVERYBODY, senderMac, anyMac()]),
    dice.pick([anyAddress(), anyAddress(), spa]),
  ];
}
