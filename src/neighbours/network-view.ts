import type { Timeline } from "./base/position.ts";
import type { Station, StationTable } from "./base/station.ts";
import type { Forgotten } from "./bounds/eviction.ts";
import type { QuiescentHosts } from "./bounds/quiescent-hosts.ts";
import type { Alternative } from "./caches/alternative.ts";
import type { CacheEntry } from "./caches/cache-entry.ts";
import type { CacheTable } from "./caches/cache-table.ts";
import type { ClaimLog, ClaimRecorder } from "./caches/claim-log.ts";
import type { NeighbourModel } from "./caches/models/model.ts";
import type { Binding } from "./claims/binding.ts";
import type { BindingTable } from "./claims/binding-table.ts";
import type { HeardClaim } from "./claims/claim.ts";
import type { Flood } from "./claims/flood-detector.ts";
import type { Storm } from "./claims/storms.ts";
import type { Adverts, VirtualRouter } from "./control/adverts.ts";
import type { Beacons, Signal } from "./control/beacons.ts";
import type { FirstHops } from "./control/first-hops.ts";
import type { KnownBindings } from "./control/known-bindings.ts";
import type { Leases } from "./control/leases.ts";
import type { RememberedGateway, RememberedRole } from "./control/remembered-roles.ts";
import type { SyncedService } from "./control/synchronisation.ts";
import type { Tunnel, Tunnels } from "./control/tunnels.ts";
import type { DirectAnswers } from "./traffic/direct-answers.ts";
import type { Forwardings } from "./traffic/forwardings.ts";
import type { TrafficTable } from "./traffic/traffic-table.ts";
import type { UnclaimedTraffic } from "./unclaimed-traffic.ts";
import type { Vantage } from "./vantage/vantage.ts";

/**
 * The state as roles, findings and reports read it: no method here changes anything that a later frame, or another
 * reader, would see.
 */
export interface NetworkView {
  readonly timeline: Pick<Timeline, "newest" | "nowNs" | "ordinal" | "beginSeconds">;
  readonly stations: Pick<StationTable, "size" | "get" | "named"> & Iterable<Station>;
  readonly bindings: Pick<BindingTable, "size" | "get" | "at" | "isNear" | "named"> & Iterable<Binding>;
  readonly caches: Pick<CacheTable, "entry" | "entriesOf" | "about">;
  readonly model: NeighbourModel;
  readonly alternatives: readonly Pick<Alternative, "model" | "entriesOf">[];
  readonly traffic: Pick<
    TrafficTable,
    "rows" | "rowsTo" | "rowsFrom" | "rowBetween" | "lastNs" | "overflowFrames"
  >;
  readonly tunnels: Pick<Tunnels, "to"> & Iterable<Tunnel>;
  readonly forwardings: Pick<Forwardings, "of">;
  readonly unclaimed: Pick<UnclaimedTraffic, "asksPast"> & { readonly answers: DirectAnswers };
  readonly firstHops: Pick<FirstHops, "groupAt">;
  readonly adverts: Pick<Adverts, "routersFor"> & Iterable<VirtualRouter>;
  readonly synchronisation: Iterable<SyncedService>;
  readonly leases: Pick<Leases, "of">;
  readonly beacons: Pick<Beacons, "nlbCluster"> & {
    readonly migrated: ReadonlyMap<Station, Signal>;
    readonly learning: ReadonlyMap<Station, Signal>;
  };
  readonly known: Pick<KnownBindings, "size" | "of" | "current" | "addressesOf">;
  readonly remembered: {
    readonly roles: readonly RememberedRole[];
    readonly gateways: readonly RememberedGateway[];
  };
  readonly vantage: Pick<Vantage, "limits" | "captures" | "showsBothWays" | "shows">;
  readonly quiescent: Pick<QuiescentHosts, "size" | "find" | "isOf">;
  readonly arpObserver: {
    readonly frames: number;
    readonly storms: { readonly found: readonly Storm[] };
    readonly floodDetector: { readonly floods: readonly Flood[] };
  };
  readonly recorder: Pick<ClaimRecorder, "logOf">;
  readonly forgotten: Forgotten;

  /**
   * The caches' entries about an address as they would have become without the frames that are suppressed.
   *
   * @param wrong the stations that should not be believed
   */
  replay(
    binding: Binding,
    wrong: ReadonlySet<Station>,
    isSuppressed: (heard: HeardClaim) => boolean,
    log: ClaimLog,
  ): readonly CacheEntry[];
}
