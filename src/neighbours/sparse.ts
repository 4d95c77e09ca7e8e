/**
 * A map that takes memory once it holds something.
 *
 * Of the many tables that an address or a station may need nearly all need but one or two; an empty `Map` costs 200
 * bytes all the same, and a flood brings a hundred thousand addresses.
 */
export class SparseMap<Key, Value> {
  private entries: Map<Key, Value> | null = null;

  get size(): number {
    return this.entries?.size ?? 0;
  }

  get(key: Key): Value | undefined {
    return this.entries?.get(key);
  }

  has(key: Key): boolean {
    return this.entries?.has(key) === true;
  }

  set(key: Key, value: Value): void {
    this.entries ??= new Map();
    this.entries.set(key, value);
  }

  delete(key: Key): void {
    this.entries?.delete(key);
  }

  clear(): void {
    this.entries = null;
  }

  keys(): IterableIterator<Key> {
    return (this.entries ?? NO_ENTRIES).keys();
  }

  values(): IterableIterator<Value> {
    return (this.entries ?? NO_ENTRIES).values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return (this.entries ?? NO_ENTRIES)[Symbol.iterator]();
  }
}

/** A set of the same kind. */
export class SparseSet<Item> {
  private readonly items = new SparseMap<Item, true>();

  get size(): number {
    return this.items.size;
  }

  has(item: Item): boolean {
    return this.items.has(item);
  }

  add(item: Item): void {
    this.items.set(item, true);
  }

  delete(item: Item): void {
    this.items.delete(item);
  }

  values(): IterableIterator<Item> {
    return this.items.keys();
  }

  [Symbol.iterator](): IterableIterator<Item> {
    return this.items.keys();
  }
}

const NO_ENTRIES: ReadonlyMap<never, never> = new Map<never, never>();
