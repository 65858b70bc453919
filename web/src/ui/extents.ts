// Where the rows of a long list are, when only those near the window are drawn. Pure.

/** Rows `first` to before `end`, with the room that stands for the rows above and below them, in CSS pixels. */
export interface Span {
  first: number;
  end: number;
  above: number;
  below: number;
}

/** The heights of a list's rows: measured where a row was drawn, the estimate elsewhere. */
export class Extents {
  #measured: (number | undefined)[] = [];

  constructor(
    public count: number,
    private readonly estimate: number,
  ) {}

  height(row: number): number {
    return this.#measured[row] ?? this.estimate;
  }

  /** Returns by how much the row has grown against what was believed. */
  measure(row: number, height: number): number {
    const change = height - this.height(row);
    this.#measured[row] = height;
    return change;
  }

  /** The distance from the list's top to the row's. */
  top(row: number): number {
    let sum = 0;
    for (let index = 0; index < row; ++index) sum += this.height(index);
    return sum;
  }

  /** The row at a distance from the list's top; the first or the last when it lies outside. */
  rowAt(y: number): number {
    let bottom = 0;
    for (let row = 0; row < this.count - 1; ++row) {
      bottom += this.height(row);
      if (bottom > y) return row;
    }
    return Math.max(0, this.count - 1);
  }

  /** The rows that touch the stretch from `from` to `to`. */
  span(from: number, to: number): Span {
    return this.spanOf(this.rowAt(from), this.rowAt(to) + 1);
  }

  spanOf(first: number, end: number): Span {
    const last = Math.min(end, this.count);
    const above = this.top(first);
    return { first, end: last, above, below: this.top(this.count) - this.top(last) };
  }
}
