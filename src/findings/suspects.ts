import type { Station } from "../neighbours/base/station.ts";
import type { Finding } from "./finding.ts";

/** Which stations are suspects, and for which address. */
export class Suspects {
  private readonly byIp = new Map<number, Set<Station>>();

  constructor(findings: readonly Finding[]) {
    for (const { claimant, ip } of findings) {
      if (claimant === null) continue;
      const stations = this.byIp.get(ip);
      if (stations === undefined) this.byIp.set(ip, new Set([claimant]));
      else stations.add(claimant);
    }
  }

  has(station: Station, ip: number): boolean {
    return this.byIp.get(ip)?.has(station) === true;
  }
}
