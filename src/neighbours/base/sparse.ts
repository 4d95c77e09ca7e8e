/** A map's one entry. */
class Single<Key, Value> {
  readonly key: Key;
  value: Value;

  constructor(key: Key, value: Value) {
    this.key = key;
    this.value = value;
  }
}

/**
 * A map that takes memory once it holds something, and much of it from its second entry on.
 *
 * Of the many tables that an address or a station may need nearly all stay empty or hold one thing; a `Map` costs 400
 * bytes all the same, and a flood brings a hundred thousand addresses.
 */
export class SparseMap<Key, Value> {
  private content: Map<Key, Value> | Single<Key, Value> | null = null;

  get size(): number {
    const { content } = this;
    if (content === null) return 0;
    return content instanceof Single ? 1 : content.size;
  }

  get(key: Key): Value | undefined {
    const { content } = this;
    if (content === null) return undefined;
    if (content instanceof Single) return content.key === key ? content.value : undefined;
    return content.get(key);
  }

  has(key: Key): boolean {
    const { content } = this;
    if (content === null) return false;
    return content instanceof Single ? content.key === key : content.has(key);
  }

  set(key: Key, value: Value): void {
    const { content } = this;
    if (content === null) this.content = new Single(key, value);
    else if (!(content instanceof Single)) content.set(key, value);
    else if (content.key === key) content.value = value;
    else {
      this.content = new Map([
        [content.key, content.value],
        [key, value],
      ]);
    }
  }

  delete(key: Key): void {
    const { content } = this;
    if (content === null) return;
    if (!(content instanceof Single)) content.delete(key);
    else if (content.key === key) this.content = null;
  }

  clear(): void {
    this.content = null;
  }

  keys(): IterableIterator<Key> {
    const { content } = this;
    return content instanceof Single ? [content.key].values() : (content ?? NO_ENTRIES).keys();
  }

  values(): IterableIterator<Value> {
    const { content } = this;
    return content instanceof Single ? [content.value].values() : (content ?? NO_ENTRIES).values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    const { content } = this;
    if (!(content instanceof Single)) return (content ?? NO_ENTRIES)[Symbol.iterator]();
    const entry: [Key, Value] = [content.key, content.value];
    return [entry].values();
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
