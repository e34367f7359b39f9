/** Where rows stand in a long list in which nearly all have one height: only the others are remembered. */
export class RowHeights {
  #usual: number;
  #others = new Map<number, number>();
  /** The others in order, each with what it and those before it add to the usual height. */
  #order: { index: number; added: number }[] | null = null;

  constructor(usual: number) {
    this.#usual = usual;
  }

  /** Remembers a measured height; answers by how much the row grew. */
  measured(index: number, height: number): number {
    const before = this.heightOf(index);
    if (Math.abs(height - before) < 0.5) return 0;
    if (Math.abs(height - this.#usual) < 0.5) this.#others.delete(index);
    else this.#others.set(index, height);
    this.#order = null;
    return height - before;
  }

  /** Rows from here on are no more. */
  cut(count: number) {
    for (const index of this.#others.keys()) if (index >= count) this.#others.delete(index);
    this.#order = null;
  }

  heightOf(index: number): number {
    return this.#others.get(index) ?? this.#usual;
  }

  /** The top of a row; of `count`, the height of the whole list. */
  topOf(index: number): number {
    const order = this.#sorted();
    const at = search(order.length, (step) => order[step]!.index >= index);
    return index * this.#usual + (order[at - 1]?.added ?? 0);
  }

  /** The row that covers this height. */
  at(offset: number, count: number): number {
    return Math.max(0, search(count, (index) => this.topOf(index) > offset) - 1);
  }

  #sorted() {
    if (this.#order) return this.#order;
    let added = 0;
    this.#order = [...this.#others]
      .sort(([one], [other]) => one - other)
      .map(([index, height]) => ({ index, added: (added += height - this.#usual) }));
    return this.#order;
  }
}

/** The first of 0..length for which it is true, or `length`; it is false before and true after. */
function search(length: number, isTrue: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
