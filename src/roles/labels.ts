import type { HostLabel } from "../knowledge/roles.ts";
import type { Station } from "../neighbours/base/station.ts";

/** What hosts are called, by the lists of hosts that were given. */
export class Labels {
  private readonly byMac = new Map<string, HostLabel>();
  private readonly byIp = new Map<number, HostLabel>();

  /** Of several that name one host the first counts. */
  constructor(labels: readonly HostLabel[]) {
    for (const label of labels) {
      const { ip, mac } = label;
      if (mac !== null) addMissing(this.byMac, `${mac.high},${mac.low}`, label);
      else if (ip !== null) addMissing(this.byIp, ip, label);
    }
  }

  nameOf(station: Station, ip: number | null): string | null {
    return this.of(station, ip, ({ name }) => name);
  }

  vendorOf(station: Station, ip: number | null): string | null {
    return this.of(station, ip, ({ vendor }) => vendor);
  }

  private of(
    { macHigh, macLow }: Station,
    ip: number | null,
    read: (label: HostLabel) => string | null,
  ): string | null {
    const byMac = this.byMac.get(`${macHigh},${macLow}`);
    const byIp = ip === null ? undefined : this.byIp.get(ip);
    return (byMac && read(byMac)) ?? (byIp && read(byIp)) ?? null;
  }
}

/** A list may name the card, another the maker of it. */
function addMissing<Key>(labels: Map<Key, HostLabel>, key: Key, label: HostLabel): void {
  const known = labels.get(key);
  labels.set(key, {
    ...label,
    name: known?.name ?? label.name,
    vendor: known?.vendor ?? label.vendor,
  });
}
