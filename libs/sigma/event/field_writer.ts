import { type Cell, kind } from './cell.ts';
import type { EventDocument } from './document.ts';
import type { FieldSlots } from './field_slots.ts';
import type { Reading, Readings } from './sources.ts';
import { isWide } from './texts.ts';

/** Gives fields values that the event has elsewhere, or has not as they are. */
export class FieldWriter {
  private readonly document: EventDocument;
  private readonly slots: FieldSlots;

  constructor(document: EventDocument, slots: FieldSlots) {
    this.document = document;
    this.slots = slots;
  }

  /** Gives a cell a text that the event does not have as it is. */
  write(cell: Cell, text: string, path: string): void {
    const start = this.document.texts.append(text);
    cell.set(kind.text, start, start + text.length, isWide(text) ? text : null, '', path);
  }

  putText(field: number, at: number, text: string, path: string): void {
    if (field >= 0 && this.slots.open(field, at)) this.write(this.slots.add(field), text, path);
  }

  copy(from: number, to: number, at: number): void {
    const count = this.slots.count(from);
    if (count === 0 || !this.slots.open(to, at)) return;
    for (let i = 0; i < count; i++) this.slots.add(to).copy(this.slots.cell(from, i));
  }

  /** Reads fields at the paths that the field table names, where nothing better is there. */
  applyTable(readings: Readings): void {
    const { touched } = this.slots;
    for (let i = 0, n = touched.length; i < n; i++) {
      const from = touched[i] as number;
      const fields = readings[from];
      if (fields === undefined) continue;
      for (const reading of fields) {
        if (reading.values === null) this.copy(from, reading.to, reading.rank);
        else this.translate(from, reading, reading.values);
      }
    }
  }

  private translate(from: number, { to, rank }: Reading, values: ReadonlyMap<string, string>): void {
    const count = this.slots.count(from);
    if (count === 0 || !this.slots.open(to, rank)) return;
    for (let i = 0; i < count; i++) {
      const cell = this.slots.cell(from, i);
      const word = values.get(cell.folded);
      if (word === undefined) this.slots.add(to).copy(cell);
      else this.write(this.slots.add(to), word, cell.path);
    }
  }
}
