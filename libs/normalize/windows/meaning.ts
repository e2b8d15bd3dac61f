import type { JsonObject } from '@tidewatch/event';
import { type CompiledFieldMap, compileFields, type FieldMap } from '../setters.ts';

/** What one kind of Windows event means in ECS. */
export interface Meaning {
  /** What it says of `event`, and the same as JSON, with a comma before each member. */
  readonly event: Readonly<Record<'category' | 'type', readonly string[]>> & { readonly action: string };
  readonly eventJson: string;
  /** `event.kind` as JSON, where it is not `event`. */
  readonly kind: string | undefined;
  /** What it stands for where the keywords don't say; undefined where there is no attempt that could fail. */
  readonly outcome: 'success' | 'failure' | undefined;
  readonly fields: CompiledFieldMap;
  /** What a field map can't say. */
  readonly derive: ((event: JsonObject, data: JsonObject) => void) | undefined;
}

/** Event ids of one channel and what they mean. */
export type Meanings = ReadonlyMap<string, Meaning>;

/** `category/type,type action [failure|success]`, e.g. `process/start created-process`. */
export function meaning(
  words: string,
  maps: FieldMap | readonly FieldMap[] = {},
  derive?: Meaning['derive'],
): Meaning {
  const [what = '', action = '', outcome] = words.split(' ');
  const [categories = '', types = ''] = what.split('/');
  const event = { category: split(categories), type: split(types), action };
  return {
    event,
    eventJson: `,${JSON.stringify(event).slice(1, -1)}`,
    kind: event.category.some((name) => alerts.has(name)) ? '"alert"' : undefined,
    outcome: outcome === 'failure' || outcome === 'success' ? outcome : undefined,
    fields: Array.isArray(maps)
      ? compileFields(...(maps as readonly FieldMap[]))
      : compileFields(maps as FieldMap),
    derive,
  };
}

/** What others have found already. */
const alerts: ReadonlySet<string> = new Set(['malware', 'intrusion_detection']);

const split = (list: string): string[] => (list === '' ? [] : list.split(','));
