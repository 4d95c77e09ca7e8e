import { findingKindOf } from "../../kinds/registry.ts";
import { hostName, roleName, subjectOf, UNSEEN_MAC } from "../../words/hosts.ts";
import type { Host, Report, ReportedFinding, Timeline } from "../report.ts";

/** Whether a cache does right to hold this owner's MAC for the address. */
type Standing = "right" | "wrong" | "other";

export interface Owner {
  readonly host: Host;
  readonly standing: Standing;
  /** Class that colours everything of this owner's. */
  readonly className: string;
}

/** Colours of each sort before they repeat; those of one sort are tints of one family. */
const COLOURS: Record<Standing, number> = { right: 3, wrong: 3, other: 2 };

/** The findings about the address of a timeline, the mere notices left out. */
export function accusations(timeline: Timeline, report: Report): ReportedFinding[] {
  return report.findings.filter(
    ({ ip, vlan, severity }) => severity !== "notice" && ip === timeline.ip && vlan === timeline.vlan,
  );
}

/** Everybody whose MAC was claimed or held for the address, by MAC: the rightful first. */
export class Owners {
  private readonly byMac = new Map<string, Owner>();
  /** Whether hosts that merely share the address by mistake are called wrong. */
  private readonly wrongWord: string;
  private readonly rightWord: string;

  constructor(timeline: Timeline, report: Report) {
    const about = accusations(timeline, report);
    const rightful = new Set(rightfulOf(timeline, report, about));
    const claimants = new Set(about.map((finding) => subjectOf(finding).mac));
    const hosts = new Map<string, Host>();
    for (const { claimant } of timeline.claims) hosts.set(claimant.mac, claimant);
    for (const { held } of timeline.observers) for (const { owner } of held) hosts.set(owner.mac, owner);
    const standingOf = (mac: string): Standing =>
      rightful.has(mac) ? "right" : claimants.has(mac) ? "wrong" : "other";
    for (const standing of ["right", "wrong", "other"] as const) {
      const some = [...hosts.values()].filter(({ mac }) => standingOf(mac) === standing);
      for (const [index, host] of some.entries()) {
        const className = `${standing}-${index % COLOURS[standing]}`;
        this.byMac.set(host.mac, { host, standing, className });
      }
    }
    const pictures = about.map(({ kind }) => findingKindOf(kind).picture);
    this.wrongWord = pictures.some(({ claimantIs }) => claimantIs === "disputed") ? "disputed" : "wrong";
    this.rightWord = pictures.some(({ rightfulIs }) => rightfulIs === "disputed") ? "disputed" : "rightful";
  }

  /** `director 192.168.1.10`; by its MAC where several are called so. */
  nameOf(host: Host): string {
    const rivals = [...this.byMac.values()].filter((owner) => hostName(owner.host) === hostName(host));
    return rivals.length > 1 ? `${roleName(host)} ${host.mac}` : hostName(host);
  }

  of(host: Host): Owner {
    return this.byMac.get(host.mac) ?? { host, standing: "other", className: "other-0" };
  }

  wordFor({ standing }: Owner): string {
    return {
      right: this.rightWord,
      wrong: this.wrongWord,
      other: "neither rightful nor accused",
    }[standing];
  }

  [Symbol.iterator](): IterableIterator<Owner> {
    return this.byMac.values();
  }
}

function rightfulOf(
  { ip, vlan, role }: Timeline,
  { topology }: Report,
  about: readonly ReportedFinding[],
): string[] {
  const named = about.flatMap(({ rightful }) => rightful?.mac ?? []);
  if (role === "vip") {
    const vip = topology.vips.find((candidate) => candidate.ip === ip && candidate.vlan === vlan);
    named.push(...(vip?.directors ?? []).map(({ mac }) => mac));
  } else if (role === "gateway") {
    named.push(...topology.gateways.filter((gateway) => gateway.ip === ip).map(({ mac }) => mac));
  }
  return named.filter((mac) => mac !== UNSEEN_MAC);
}
