import { Cell } from './cell.ts';
import type { Texts } from './texts.ts';

/**
 * The values of one event's fields, by the field's number. A value of a lower rank takes the place of those of a
 * higher one, values of one rank stand side by side. Nothing is cleared between events: a stamp tells what is old.
 */
export class FieldSlots {
  private readonly texts: Texts;
  private readonly cells: Cell[][] = [];
  private readonly counts: number[] = [];
  private readonly ranks: number[] = [];
  private readonly stamps: number[] = [];
  private stamp = 0;
  /** Fields that have been written since {@link clear}, without repetition. */
  readonly touched: number[] = [];

  constructor(texts: Texts) {
    this.texts = texts;
  }

  get size(): number {
    return this.cells.length;
  }

  /** Makes a new field; gives its number. */
  grow(): number {
    this.counts.push(0);
    this.ranks.push(0);
    this.stamps.push(-1);
    return this.cells.push([]) - 1;
  }

  clear(): void {
    this.stamp++;
    this.touched.length = 0;
  }

  /** How many values the field has: more than one in an array. */
  count(field: number): number {
    return this.stamps[field] === this.stamp ? (this.counts[field] as number) : 0;
  }

  /** The value at `index`, which is below {@link count}. */
  cell(field: number, index: number): Cell {
    return (this.cells[field] as Cell[])[index] as Cell;
  }

  remove(field: number): void {
    this.counts[field] = 0;
  }

  /** Makes room for values of this rank; false where better ones are there. */
  open(field: number, rank: number): boolean {
    if (this.stamps[field] !== this.stamp) {
      this.stamps[field] = this.stamp;
      this.touched.push(field);
    } else if (this.counts[field] !== 0 && rank >= (this.ranks[field] as number)) {
      return rank === this.ranks[field];
    }
    this.ranks[field] = rank;
    this.counts[field] = 0;
    return true;
  }

  /** Adds a value to an opened field: the cell is to be set. */
  add(field: number): Cell {
    const cells = this.cells[field] as Cell[];
    const index = this.counts[field] as number;
    let cell = cells[index];
    if (cell === undefined) {
      cell = new Cell(this.texts);
      cells.push(cell);
    }
    this.counts[field] = index + 1;
    return cell;
  }
}
