import type { Mac } from "./address.ts";

/** A host as somebody named it: by address, by MAC, or by both. */
export interface HostName {
  readonly ip: number | null;
  readonly mac: Mac | null;
}

export type Forwarding = "direct-routing" | "tunnelling";

export interface GivenRealServer extends HostName {
  readonly forwarding: Forwarding | null;
}

/** A VIP and the hosts named for it alone. */
export interface GivenVip {
  readonly ip: number;
  /** The inventory that has it; none for what flags and topology files say. */
  readonly source?: string;
  readonly directors: readonly HostName[];
  readonly realServers: readonly GivenRealServer[];
}

/** What a host is called, as a list of hosts has it; found by its MAC, else by its address. */
export interface HostLabel {
  readonly ip: number | null;
  readonly mac: Mac | null;
  readonly name: string | null;
  /** Who made its network card, where the list says so. */
  readonly vendor: string | null;
}

/** Who is who, as the caller knows it. Directors and real servers that are named beside the VIPs serve them all. */
export interface GivenRoles {
  readonly vips: readonly GivenVip[];
  readonly directors: readonly HostName[];
  readonly realServers: readonly GivenRealServer[];
  readonly gateways: readonly HostName[];
  readonly labels?: readonly HostLabel[];
}

export const NO_ROLES: GivenRoles = { vips: [], directors: [], realServers: [], gateways: [] };

/** Joins what flags and files say; a VIP that both name has the hosts of both. */
export function mergeRoles(all: readonly GivenRoles[]): GivenRoles {
  const vips = new Map<number, GivenVip>();
  for (const vip of all.flatMap((roles) => roles.vips)) {
    const known = vips.get(vip.ip);
    const source = known?.source ?? vip.source;
    vips.set(vip.ip, {
      ip: vip.ip,
      ...(source === undefined ? {} : { source }),
      directors: [...(known?.directors ?? []), ...vip.directors],
      realServers: [...(known?.realServers ?? []), ...vip.realServers],
    });
  }
  return {
    vips: [...vips.values()],
    directors: all.flatMap((roles) => roles.directors),
    realServers: all.flatMap((roles) => roles.realServers),
    gateways: all.flatMap((roles) => roles.gateways),
    labels: all.flatMap((roles) => roles.labels ?? []),
  };
}

/** Whom the roles name as holding a VIP: its directors answer for it, its real servers keep it on a hidden interface. */
export function givenHolders(roles: GivenRoles): ReadonlyMap<number, readonly HostName[]> {
  return new Map(
    roles.vips.map((vip) => [
      vip.ip,
      [...roles.directors, ...roles.realServers, ...vip.directors, ...vip.realServers],
    ]),
  );
}
