import type { FrameFacts } from "../../decode/facts.ts";
import { MOST_SYNCED_REAL_SERVERS, MOST_SYNCED_SERVICES } from "../../limits.ts";
import type { Position, Timeline } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";

/** What a director tells its peers of the connections that it forwards: straight from its tables. */
export interface SyncedService {
  readonly segment: number;
  readonly vip: number;
  readonly master: Station;
  readonly masterIp: number;
  /** Real servers by address, each with its IP_VS_CONN_F_FWD_MASK. */
  readonly realServers: Map<number, number>;
  readonly first: Position;
}

/** The services that IPVS synchronisation messages name. */
export class Synchronisation {
  private readonly services = new Map<string, SyncedService>();

  note(facts: FrameFacts, stations: StationTable, timeline: Timeline): void {
    const { sync, segment } = facts;
    const master = stations.of(segment, facts.sourceMacHigh, facts.sourceMacLow);
    for (let index = 0; index < sync.connections; index++) {
      const vip = sync.vips[index] ?? 0;
      const key = `${segment},${vip},${master.macHigh},${master.macLow}`;
      let service = this.services.get(key);
      if (service === undefined) {
        if (this.services.size >= MOST_SYNCED_SERVICES) return;
        const first = timeline.here(facts);
        service = { segment, vip, master, masterIp: facts.sourceIp, realServers: new Map(), first };
        this.services.set(key, service);
      }
      if (service.realServers.size < MOST_SYNCED_REAL_SERVERS) {
        service.realServers.set(sync.realServers[index] ?? 0, sync.forwarding[index] ?? 0);
      }
    }
  }

  *[Symbol.iterator](): IterableIterator<SyncedService> {
    yield* this.services.values();
  }
}
