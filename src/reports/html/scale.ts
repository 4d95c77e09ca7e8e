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
 * what time it was. What merely repeats lies between these events true to scale, so that a claim made every second for a
 * minute does not take the room of what it led to.
 */
export class TimeScale {
  readonly stops: readonly Stop[];
  private readonly shares: ReadonlyMap<number, number>;

  /**
   * @param eventsNs what turns the picture
   * @param repeatsNs what has its place between these
   */
  constructor(eventsNs: Iterable<number>, repeatsNs: Iterable<number> = []) {
    const events = spread(inOrder(eventsNs));
    const repeats = inOrder(repeatsNs).flatMap((ns) => between(events, ns) ?? []);
    this.shares = new Map([...repeats, ...events].map(({ ns, share }) => [ns, share]));
    this.stops = [...this.shares].map(([ns, share]) => ({ ns, share })).toSorted((a, b) => a.ns - b.ns);
  }

  /** @param ns one of the times of which the axis was made */
  shareOf(ns: number): number {
    return this.shares.get(ns) ?? 0;
  }
}

function inOrder(timesNs: Iterable<number>): number[] {
  return [...new Set(timesNs)].toSorted((a, b) => a - b);
}

function spread(times: readonly number[]): Stop[] {
  const ways = times.map((ns, index) => Math.log2(1 + (ns - (times[index - 1] ?? ns)) / RESOLUTION_NS));
  const total = ways.reduce((sum, way) => sum + way, 0);
  let gone = 0;
  return times.map((ns, index) => {
    gone += ways[index] ?? 0;
    return { ns, share: total === 0 ? 0.5 : gone / total };
  });
}

/** Where a time lies between its neighbours; null outside of all of them. */
function between(events: readonly Stop[], ns: number): Stop | null {
  let [low, high] = [0, events.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.ns ?? 0) <= ns) low = middle;
    else high = middle;
  }
  const [before, after] = [events[low], events[high]];
  if (before === undefined || after === undefined || ns < before.ns || ns > after.ns) return null;
  const way = after.ns === before.ns ? 0 : (ns - before.ns) / (after.ns - before.ns);
  return { ns, share: before.share + (after.share - before.share) * way };
}
