/** Looking through all for each would take the square of the time: there may be thousands. */
export function byAddress<Item>(
  items: Iterable<Item>,
  addressOf: (item: Item) => number,
): Map<number, Item[]> {
  const lists = new Map<number, Item[]>();
  for (const item of items) {
    const list = lists.get(addressOf(item));
    if (list === undefined) lists.set(addressOf(item), [item]);
    else list.push(item);
  }
  return lists;
}
