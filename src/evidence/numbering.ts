/** Small numbers for things as they turn up, so that several fit one key; beyond the bound all share the last one. */
export class Numbering {
  private readonly known = new Map<number, number>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  of(thing: number): number {
    const number = this.known.get(thing);
    if (number !== undefined) return number;
    const next = this.known.size;
    if (next >= this.most - 1) return this.most - 1;
    this.known.set(thing, next);
    return next;
  }
}
