import { byAddress } from "../knowledge/by-address.ts";
import type { Forwarding } from "../knowledge/roles.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { RememberedRole } from "../neighbours/control/remembered-roles.ts";
import type { SyncedService } from "../neighbours/control/synchronisation.ts";
import type { Tunnel } from "../neighbours/control/tunnels.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { RoleEvidence } from "./evidence.ts";
import type { Impostors } from "./impostors.ts";
import { directorsByForwarding } from "./infer-from-forwarding.ts";
import { impersonates, likelyOwner } from "./likely-owner.ts";

export interface InferredVip {
  readonly binding: Binding;
  readonly directors: ReadonlySet<Station>;
  readonly realServers: ReadonlyMap<Station, Forwarding | null>;
  readonly evidence: readonly RoleEvidence[];
}

/** IP_VS_CONN_F_TUNNEL and IP_VS_CONN_F_DROUTE of include/uapi/linux/ip_vs.h. */
const FORWARDING_BY_FLAG: ReadonlyMap<number, Forwarding> = new Map([
  [2, "tunnelling"],
  [3, "direct-routing"],
]);

/**
 * Every address that behaves as a VIP, given or not, with the stations that have a role for it.
 *
 * @param isProxy whether a station passes the address's packets back to the host that lives there
 */
export function inferVips(
  state: NetworkView,
  impostors: Impostors,
  isProxy: (binding: Binding, station: Station) => boolean,
): InferredVip[] {
  const services = byAddress(state.synchronisation, ({ vip }) => vip);
  const remembered = byAddress(state.remembered.roles, ({ ip }) => ip);
  const tunnels = byAddress(state.tunnels, ({ innerDestinationIp }) => innerDestinationIp);
  return [...state.bindings]
    .map((binding) =>
      inferVip(state, binding, {
        services: services.get(binding.ip) ?? [],
        remembered: remembered.get(binding.ip) ?? [],
        tunnels: tunnels.get(binding.ip) ?? [],
        impostors,
        isProxy,
      }),
    )
    .filter(({ evidence }) => evidence.length > 0);
}

/** What is known of an address, in whichever broadcast domain. */
interface Hints {
  readonly services: readonly SyncedService[];
  readonly remembered: readonly RememberedRole[];
  readonly tunnels: readonly Tunnel[];
  readonly impostors: Impostors;
  readonly isProxy: (binding: Binding, station: Station) => boolean;
}

function inferVip(
  state: NetworkView,
  binding: Binding,
  { services, remembered, tunnels, impostors, isProxy }: Hints,
): InferredVip {
  const found = {
    binding,
    directors: new Set<Station>(),
    realServers: new Map<Station, Forwarding | null>(),
    evidence: [] as RoleEvidence[],
  };
  const poses = (station: Station) => impostors.has(binding, station);
  const forwarders = directorsByForwarding(state, binding);
  inferFromPassings(found, forwarders, (station) => poses(station) || isProxy(binding, station));
  inferFromTunnels(found, tunnels, forwarders, poses);
  inferFromAdverts(state, found, poses);
  inferFromSynchronisation(state, found, services, poses);
  inferFromMemory(found, remembered);
  for (const director of found.directors) found.realServers.delete(director);
  return found;
}

interface Found {
  readonly binding: Binding;
  readonly directors: Set<Station>;
  readonly realServers: Map<Station, Forwarding | null>;
  readonly evidence: RoleEvidence[];
}

/**
 * Direct routing: a host that holds the address, yet passes its frames on.
 *
 * A one-armed router passes them on, too, but does not hold the address; nor does an intruder, who claims it unasked.
 * A man in the middle passes them on to their owner. A host that passes on what a director sent it is no real server.
 */
function inferFromPassings(
  { binding, directors, realServers, evidence }: Found,
  forwarders: ReadonlySet<Station>,
  poses: (station: Station) => boolean,
): void {
  const passing = new Set(binding.passings.map(({ from }) => from));
  for (const { from, to, at, proven } of binding.passings) {
    const holds = holdsUnforced(binding, from) || isFailover(binding, from, to);
    if (!proven || !(holds || forwarders.has(from)) || poses(from)) continue;
    directors.add(from);
    if (passing.has(to)) continue;
    realServers.set(to, "direct-routing");
    evidence.push({ what: holds ? "passes-on" : "forwards", from, to, at });
  }
  for (const [station, at] of binding.passedOn) {
    if (!holdsUnforced(binding, station) || poses(station)) continue;
    directors.add(station);
    evidence.push({ what: "passes-on-unseen", station, at });
  }
}

function holdsUnforced(binding: Binding, station: Station): boolean {
  const claim = binding.claimOf(station);
  return station.ownAddresses.has(binding.ip) && claim !== undefined && !impersonates(binding, claim);
}

/**
 * Whether a host that announces the address passes its frames on to whom a director serves: a standby that had looked the
 * address up, and so does not seem to hold it, takes over. One in the middle passes them on to their owner.
 */
function isFailover(binding: Binding, station: Station, to: Station): boolean {
  const claim = binding.claimOf(station);
  if (claim === undefined || claim.ownFrames("announcement") === 0 || impersonates(binding, claim))
    return false;
  return binding.passings.some((other) => other.to === to && holdsUnforced(binding, other.from));
}

/** Tunnelling: a host that holds the address, or gets its frames, wraps them for another. Other tunnels end elsewhere. */
function inferFromTunnels(
  { binding, directors, realServers, evidence }: Found,
  tunnels: readonly Tunnel[],
  forwarders: ReadonlySet<Station>,
  poses: (station: Station) => boolean,
): void {
  for (const { segment, from, to, first } of tunnels) {
    if (segment !== binding.segment || poses(from)) continue;
    const getsIt = from.ownAddresses.has(binding.ip) || binding.receivers.has(from);
    if (!getsIt && !forwarders.has(from)) continue;
    directors.add(from);
    realServers.set(to, "tunnelling");
    evidence.push({ what: "tunnels", from, to, at: first });
  }
}

function inferFromAdverts(
  state: NetworkView,
  { binding, directors, evidence }: Found,
  poses: (station: Station) => boolean,
): void {
  for (const router of state.adverts.routersFor(binding.segment, binding.ip)) {
    for (const { station, sourceIp, addresses, priority, first, last } of router.advertisers) {
      if (!addresses.has(binding.ip) || poses(station)) continue;
      directors.add(station);
      const { version, virtualRouterId } = router;
      evidence.push({
        what: "advertises",
        station,
        sourceIp,
        version,
        virtualRouterId,
        priority,
        at: first,
        last,
      });
    }
  }
}

function inferFromSynchronisation(
  state: NetworkView,
  found: Found,
  services: readonly SyncedService[],
  poses: (station: Station) => boolean,
): void {
  const { binding, directors, realServers, evidence } = found;
  for (const { segment, master, masterIp, realServers: synced, first } of services) {
    if (segment !== binding.segment || poses(master)) continue;
    directors.add(master);
    evidence.push({ what: "synchronises", station: master, sourceIp: masterIp, at: first });
    for (const [ip, flag] of synced) {
      const own = state.bindings.get(segment, ip);
      const station = own === undefined ? undefined : likelyOwner(own);
      if (station !== undefined) realServers.set(station, FORWARDING_BY_FLAG.get(flag) ?? null);
    }
  }
}

/** What was inferred before a restart counts as if its frames were among these. */
function inferFromMemory(
  { binding, directors, realServers, evidence }: Found,
  remembered: readonly RememberedRole[],
): void {
  for (const { station, role, forwarding, at } of remembered) {
    if (station.segment !== binding.segment) continue;
    if (role === "director") directors.add(station);
    else realServers.set(station, realServers.get(station) ?? forwarding);
    const isSeen = evidence.some((reason) => partsIn(reason).includes(station));
    if (!isSeen) evidence.push({ what: "remembered", station, role, forwarding, at });
  }
}

function partsIn(reason: RoleEvidence): readonly Station[] {
  if (reason.what === "passes-on" || reason.what === "forwards" || reason.what === "tunnels")
    return [reason.from, reason.to];
  const isOfOne =
    reason.what === "advertises" || reason.what === "synchronises" || reason.what === "passes-on-unseen";
  return isOfOne ? [reason.station] : [];
}
