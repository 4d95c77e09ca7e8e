import { LONGEST_WALK_ROWS, MOST_ARRIVAL_TRIES } from "../../limits.ts";

const HEADS_LOG2 = 15;

/**
 * Leads from a destination address and the MAC that such frames go to, to the traffic rows that count them: so that a
 * packet which leaves a station can be compared with those that came in to it.
 */
export class Arrivals {
  private heads = new Int32Array(0);
  private next = new Int32Array(0);
  /** By row of a station that gets frames for the address and sends such frames: packets compared in vain. */
  private tries = new Uint8Array(0);

  /** @param rows so many there may be from here on */
  grow(rows: number): void {
    const { next, tries } = this;
    if (this.heads.length === 0) this.heads = new Int32Array(1 << HEADS_LOG2);
    this.next = new Int32Array(rows);
    this.next.set(next);
    this.tries = new Uint8Array(rows);
    this.tries.set(tries);
  }

  /** Enters a row; once for each. */
  enter(row: number, destinationIp: number, destinationMacLow: number): void {
    const head = headOf(destinationIp, destinationMacLow);
    this.next[row] = this.heads[head] ?? 0;
    this.heads[head] = row + 1;
    this.tries[row] = 0;
  }

  /** The newest rows whose frames may be for the address and the MAC. */
  *of(destinationIp: number, destinationMacLow: number): IterableIterator<number> {
    let row = (this.heads[headOf(destinationIp, destinationMacLow)] ?? 0) - 1;
    for (let step = 0; row >= 0 && step < LONGEST_WALK_ROWS; step++) {
      yield row;
      row = (this.next[row] ?? 0) - 1;
    }
  }

  /** @returns whether the row's next packet is worth comparing, too */
  tryAgain(row: number): boolean {
    const tries = (this.tries[row] ?? 0) + 1;
    this.tries[row] = tries;
    return tries < MOST_ARRIVAL_TRIES;
  }

  /** To be called when rows were given up, before those that are left are entered. */
  clear(): void {
    this.heads.fill(0);
  }
}

function headOf(destinationIp: number, destinationMacLow: number): number {
  const mixed = Math.imul(destinationIp ^ Math.imul(destinationMacLow, 0x9e3779b1), 0xc2b2ae35);
  return mixed >>> (32 - HEADS_LOG2);
}
