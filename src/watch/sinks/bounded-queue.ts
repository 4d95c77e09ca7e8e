/** First in, first out, up to a bound; beyond it the oldest item goes, since the newest news are worth most. */
export class BoundedQueue<Item> {
  private readonly items: Item[] = [];
  private readonly capacity: number;
  private lost = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.items.length;
  }

  /** Items that had to go. */
  get dropped(): number {
    return this.lost;
  }

  put(item: Item): void {
    this.items.push(item);
    if (this.items.length <= this.capacity) return;
    this.items.shift();
    this.lost++;
  }

  /** The oldest item, or the oldest of which `mayGo` holds. */
  take(mayGo: (item: Item) => boolean = () => true): Item | undefined {
    const index = this.items.findIndex(mayGo);
    return index < 0 ? undefined : this.items.splice(index, 1)[0];
  }

  /** Gives up all that is left. */
  drop(): void {
    this.lost += this.items.length;
    this.items.length = 0;
  }
}
