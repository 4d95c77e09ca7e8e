import type { HostName } from "../../knowledge/roles.ts";
import type { Station } from "../base/station.ts";
import type { Binding } from "./binding.ts";

/** Which addresses are a station's own: by what its kernel does with them, or because somebody said so. */
export class Possession {
  private readonly vips: ReadonlyMap<number, readonly HostName[]>;

  constructor(vips: ReadonlyMap<number, readonly HostName[]>) {
    this.vips = vips;
  }

  isVip(ip: number): boolean {
    return this.vips.has(ip);
  }

  /** Whether somebody named the address: as a VIP, or as a host that holds one. */
  isNamed(ip: number): boolean {
    if (this.vips.has(ip)) return true;
    for (const hosts of this.vips.values()) if (hosts.some((host) => host.ip === ip)) return true;
    return false;
  }

  holds(station: Station, ip: number): boolean {
    if (station.ownAddresses.has(ip)) return true;
    const names = this.vips.get(ip);
    return names?.some(({ ip: own, mac }) => isNamed(station, own, mac)) === true;
  }

  /**
   * Whether what `host` sends for the address to `receiver` tells nothing of its neighbour cache.
   *
   * A director passes frames for an address of its own on to the real servers. So does, before its first ARP frame was
   * captured, a host to which others send for the address; but where yet another station is known to hold it, that
   * host is a router on the way. And what was passed on once may be relayed again by whoever caught it.
   */
  passesOn(host: Station, receiver: Station, binding: Binding): boolean {
    if (this.holds(host, binding.ip) || binding.served.has(host)) return true;
    if (!binding.receivers.has(host)) return false;
    // A standby had looked the address up before it took it over, and so does not seem to hold it.
    const isTakenOver =
      binding.served.has(receiver) && (binding.claimOf(host)?.ownFrames("announcement") ?? 0) > 0;
    return (
      isTakenOver ||
      !binding.claims.some(({ station }) => station !== receiver && this.holds(station, binding.ip))
    );
  }
}

function isNamed(station: Station, ip: number | null, mac: HostName["mac"]): boolean {
  if (mac !== null) return mac.high === station.macHigh && mac.low === station.macLow;
  return ip !== null && station.ownAddresses.has(ip);
}
