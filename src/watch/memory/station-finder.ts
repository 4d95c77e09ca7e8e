import { parseMac } from "../../knowledge/address.ts";
import type { Station, StationTable } from "../../neighbours/base/station.ts";

/** The stations that records name. */
export class StationFinder {
  private readonly stations: StationTable;

  constructor(stations: StationTable) {
    this.stations = stations;
  }

  /** @param mac as a shape let it through */
  station(segment: number, mac: string): Station {
    const { high, low } = parseMac(mac) ?? { high: 0, low: 0 };
    return this.stations.of(segment, high, low);
  }
}
