/** What one point cost above the program's start. */
export interface Point {
  readonly count: number;
  readonly milliseconds: number;
}

/** Less than this is the clock's noise, and what V8 has not compiled yet. */
const LEAST_MS = 50;

/**
 * The power by which cost grows with the count between two points: 1 is a straight line, 2 a square.
 *
 * @returns null where the smaller one costs too little to tell
 */
export function powerBetween(before: Point | undefined, point: Point): number | null {
  if (before === undefined || before.milliseconds < LEAST_MS || point.milliseconds <= 0) return null;
  return Math.log(point.milliseconds / before.milliseconds) / Math.log(point.count / before.count);
}

/** The power by least squares over all points that cost enough to tell; null for fewer than two. */
export function fittedPower(points: readonly Point[]): number | null {
  const logs = points
    .filter(({ milliseconds }) => milliseconds >= LEAST_MS)
    .map(({ count, milliseconds }) => ({ x: Math.log(count), y: Math.log(milliseconds) }));
  if (logs.length < 2) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(logs.map(({ x }) => x)), mean(logs.map(({ y }) => y))];
  const covariance = mean(logs.map(({ x, y }) => (x - meanX) * (y - meanY)));
  return covariance / mean(logs.map(({ x }) => (x - meanX) ** 2));
}
