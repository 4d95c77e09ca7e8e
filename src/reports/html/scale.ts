/** A time in nanoseconds since the first frame, and where it lies on the axis, from 0 to 1. */
export interface Stop {
  readonly ns: number;
  readonly share: number;
}

/** What happens closer together than this is drawn as if it were this far apart. */
const RESOLUTION_NS = 1000;

/**
 * An axis on which a microsecond and an hour both have room.
 *
 * A claim and the answer that believes it are microseconds apart, what comes of them lasts for hours. So the time from one
 * event to the next is drawn as long as its logarithm: the order stays, a longer time is a longer way, and the ticks say
 * what time it was.
 */
export class TimeScale {
  readonly stops: readonly Stop[];
  private readonly shares: ReadonlyMap<number, number>;

  constructor(timesNs: Iterable<number>) {
    const times = [...new Set(timesNs)].toSorted((a, b) => a - b);
    const ways = times.map((ns, index) => Math.log2(1 + (ns - (times[index - 1] ?? ns)) / RESOLUTION_NS));
    const total = ways.reduce((sum, way) => sum + way, 0);
    let gone = 0;
    this.stops = times.map((ns, index) => {
      gone += ways[index] ?? 0;
      return { ns, share: total === 0 ? 0.5 : gone / total };
    });
    this.shares = new Map(this.stops.map(({ ns, share }) => [ns, share]));
  }

  /** @param ns one of the times of which the axis was made */
  shareOf(ns: number): number {
    return this.shares.get(ns) ?? 0;
  }
}
