import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { Cell } from './cell.ts';
import type { Shape } from './view.ts';

/** What Tidewatch and shippers note about an event, and what ECS repeats, is not what the source said. */
const bookkeeping = new Set([
  'tidewatch',
  'ecs',
  'agent',
  'input',
  'data_stream',
  'related',
  '@timestamp',
  '@version',
]);
/** Of a Windows event the original repeats, with JSON's or XML's escapes, what stands below `winlog`. */
const eventFields = { winlog: ['action', 'reason'], others: ['original', 'action', 'reason'] } as const;

/** Hands over the members of an event whose values keywords look into. */
function eachPart(event: JsonObject, shape: Shape, visit: (value: Json, where: string, key: string) => void) {
  for (const key of Object.keys(event)) {
    const value = event[key] as Json;
    if (bookkeeping.has(key)) continue;
    if (key === 'event' && isObject(value)) {
      for (const name of eventFields[shape === 'winlog' ? shape : 'others'])
        visit(value[name] ?? null, 'event.', name);
    } else if (shape !== 'winlog' || key === 'message' || key.startsWith('winlog')) {
      visit(value, '', key);
    }
  }
}

/** What {@link Leaves} collects, one value after the other. */
export function textOfLeaves(event: JsonObject, shape: Shape): string {
  let text = '';
  const add = (value: Json): void => {
    if (typeof value === 'string' || typeof value === 'number') text += value;
    else if (Array.isArray(value)) for (const member of value) add(member);
    else if (isObject(value))
      for (const name of Object.keys(value)) if (name !== 'xmlns') add(value[name] as Json);
  };
  eachPart(event, shape, add);
  return text;
}

/**
 * Collects the values of an event that keywords look into: texts and numbers at any depth, not names of fields. Of a
 * Windows event in ECS these are what Windows wrote, since the ECS fields repeat it.
 */
export class Leaves {
  private readonly pool: Cell[] = [];
  private count = 0;
  private list: readonly Cell[] = [];

  /** The values; they hold until the next call. */
  collect(event: JsonObject, shape: Shape): readonly Cell[] {
    this.count = 0;
    eachPart(event, shape, (value, where, key) => this.add(value, where, key));
    if (this.list.length !== this.count) this.list = this.pool.slice(0, this.count);
    return this.list;
  }

  private add(value: Json, where: string, key: string): void {
    if (typeof value === 'string' || typeof value === 'number') {
      let cell = this.pool[this.count];
      if (cell === undefined) {
        cell = new Cell();
        this.pool.push(cell);
      }
      cell.set(value, where, key);
      this.count++;
    } else if (Array.isArray(value)) {
      for (const member of value) this.add(member, where, key);
    } else if (isObject(value)) {
      const inner = `${where}${key}.`;
      for (const name of Object.keys(value)) if (name !== 'xmlns') this.add(value[name] as Json, inner, name);
    }
  }
}
