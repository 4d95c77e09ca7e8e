import { parseIpv4, parseMac } from "../knowledge/address.ts";
import type { Host, Report, ReportedFinding, ReportedPosition } from "../reports/report.ts";
import { subjectOf } from "../words/hosts.ts";

/**
 * How much of the captures goes into the evidence.
 *
 * - `involved`  what concerns the addresses and hosts of the findings, and of the VIPs' roles
 * - `network`   the same of every address and host
 * - `all`       every frame
 */
export const BREADTHS = ["involved", "network", "all"] as const;
export type Breadth = (typeof BREADTHS)[number];

/** A moment of the capture. */
interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Frames from one host to another that a finding counts, one and all. */
interface Stray {
  readonly finding: ReportedFinding;
  readonly from: number;
  readonly to: number;
  /** Null where any destination counts. */
  readonly ip: number | null;
  readonly since: Moment;
  /** Null for the captures' end. */
  readonly until: Moment | null;
}

/** What the report's findings are about, in numbers. */
export interface Scope {
  readonly breadth: Breadth;
  readonly ips: ReadonlySet<number>;
  /** Addresses of the segment: those in somebody's cache. */
  readonly onLink: ReadonlySet<number>;
  readonly macs: ReadonlySet<number>;
  readonly claimants: ReadonlySet<number>;
  readonly strays: Strays;
}

export function scopeOf(report: Report, breadth: Breadth): Scope {
  const { findings, topology, caches } = report;
  const ips = new Set<number>();
  const onLink = new Set<number>();
  const macs = new Set<number>();
  const claimants = new Set<number>();
  const addIp = (text: string | null) => {
    const ip = text === null ? null : parseIpv4(text);
    if (ip === null) return;
    ips.add(ip);
    onLink.add(ip);
  };
  for (const finding of findings) {
    addIp(finding.ip);
    claimants.add(macNumber(subjectOf(finding)));
    for (const host of hostsOf(finding)) {
      addIp(host.ip);
      macs.add(macNumber(host));
    }
  }
  for (const vip of topology.vips) {
    addIp(vip.ip);
    for (const host of [...vip.directors, ...vip.realServers]) {
      addIp(host.ip);
      macs.add(macNumber(host));
    }
  }
  for (const gateway of topology.gateways) {
    addIp(gateway.ip);
    macs.add(macNumber(gateway));
  }
  for (const { ip } of caches.flatMap(({ entries }) => entries)) {
    const known = parseIpv4(ip);
    if (known !== null) onLink.add(known);
  }
  return { breadth, ips, onLink, macs, claimants, strays: new Strays(findings.flatMap(straysOf)) };
}

function hostsOf(finding: ReportedFinding): Host[] {
  const { rightful, victims, races, models, notObservable } = finding;
  return [
    subjectOf(finding),
    ...(rightful === null ? [] : [rightful]),
    ...victims,
    ...notObservable,
    ...races.flatMap(({ answers }) => answers.map(({ by }) => by)),
    ...models.flatMap(({ hosts }) => hosts),
  ];
}

/** Traffic that a finding counts by the frame; where no claim taught it, whatever went from victim to claimant. */
function straysOf(finding: ReportedFinding): Stray[] {
  const { bypass, victims, ip } = finding;
  const onlyTraffic = victims.length > 0 && victims.every(({ learned }) => learned === null);
  if (bypass === null && !onlyTraffic) return [];
  return victims.flatMap((victim) => {
    const since = victim.learned ?? victim.used;
    if (since === null) return [];
    return [
      {
        finding,
        from: macNumber(victim),
        to: macNumber(subjectOf(finding)),
        ip: bypass === null ? null : parseIpv4(ip),
        since: momentOf(since),
        until: victim.restored && momentOf(victim.restored),
      },
    ];
  });
}

/** A MAC in 48 of the 53 bits of a double. */
export function macKey(macHigh: number, macLow: number): number {
  return macHigh * 2 ** 32 + (macLow >>> 0);
}

export function macNumber({ mac }: Pick<Host, "mac">): number {
  const parsed = parseMac(mac);
  return parsed === null ? 0 : macKey(parsed.high, parsed.low);
}

function momentOf({ time }: ReportedPosition): Moment {
  return {
    seconds: Math.floor(Date.parse(`${time.slice(0, 19)}Z`) / 1000),
    nanoseconds: Number(time.slice(20, 29)),
  };
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds);
}

/** Finds the stray traffic to which a frame belongs; of many findings few are about the same two hosts. */
class Strays {
  private readonly byWay = new Map<number, Map<number, Stray[]>>();

  constructor(strays: readonly Stray[]) {
    for (const stray of strays) {
      const byReceiver = this.byWay.get(stray.from) ?? new Map<number, Stray[]>();
      this.byWay.set(stray.from, byReceiver);
      byReceiver.set(stray.to, [...(byReceiver.get(stray.to) ?? []), stray]);
    }
  }

  find(from: number, to: number, ip: number, at: Moment): Stray | undefined {
    return this.byWay
      .get(from)
      ?.get(to)
      ?.find(
        ({ ip: wanted, since, until }) =>
          (wanted === null || wanted === ip) &&
          !isBefore(at, since) &&
          (until === null || !isBefore(until, at)),
      );
  }
}
