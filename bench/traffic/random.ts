/** Marsaglia's xorshift32: the same numbers on every machine, from a seed and nothing else. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Zero is the one state that it never leaves.
    this.state = seed | 0 || 1;
  }

  /** 0 to 2³² − 1, never 0. */
  next(): number {
    let { state } = this;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.state = state;
    return state >>> 0;
  }

  /** 0 to `bound` − 1. */
  below(bound: number): number {
    return this.next() % bound;
  }
}
