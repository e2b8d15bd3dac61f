import { Cell } from './cell.ts';
import type { EventDocument } from './document.ts';
import type { EventPath } from './path_note.ts';

/** Values of a document as cells, by their own paths. They hold until the next ones are collected. */
export class Leaves {
  private readonly document: EventDocument;
  private readonly pool: Cell[] = [];

  constructor(document: EventDocument) {
    this.document = document;
  }

  /** @param numbers of values that are no objects */
  collect(numbers: readonly number[]): readonly Cell[] {
    const { kinds, paths, starts, ends, wide, texts } = this.document;
    return numbers.map((number, i) => {
      const cell = this.pool[i] ?? new Cell(texts);
      this.pool[i] = cell;
      const [is, start, end] = [kinds[number] as number, starts[number] as number, ends[number] as number];
      const path = (paths[number] as EventPath).keys.join('.');
      cell.set(is, start, end, wide.get(number) ?? null, '', path);
      return cell;
    });
  }
}
