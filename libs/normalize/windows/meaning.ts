import { quote } from '@tidewatch/event/json_bytes';
import { type EventFields, type Field, field } from './event_fields.ts';
import { type FieldMap, type Setter, settable } from './setters.ts';

/** What a field map can't say: members of the record, and what puts their values, as JSON, into the event. */
export interface Derived {
  readonly from: readonly string[];
  /** Whether it takes lists, too, and not only texts. */
  readonly lists?: boolean;
  readonly put: (event: EventFields, ...values: readonly (string | undefined)[]) => void;
}

/** What one kind of Windows event means in ECS. */
export interface Meaning {
  /** What it says of `event`. */
  readonly event: Readonly<Record<'category' | 'type', readonly string[]>> & { readonly action: string };
  /** `event.kind` as JSON, where it is not `event`. */
  readonly kind: string | undefined;
  /** What it stands for where the keywords don't say; undefined where there is no attempt that could fail. */
  readonly outcome: 'success' | 'failure' | undefined;
  /** Members of a record that it asks for. */
  readonly asks: readonly string[];
  /** Puts the same of every such event. */
  readonly mark: (event: EventFields) => void;
  /** Puts values, as JSON and in the order of {@link asks}. */
  readonly fill: (event: EventFields, values: readonly (string | undefined)[]) => void;
  /** Puts what follows from several of them. */
  readonly derive: (event: EventFields, values: readonly (string | undefined)[]) => void;
}

/** Event ids of one channel and what they mean. */
export type Meanings = ReadonlyMap<string, Meaning>;

const category = field('event.category');
const type = field('event.type');
const action = field('event.action');

/** `category/type,type action [failure|success]`, e.g. `process/start created-process`. */
export function meaning(
  words: string,
  maps: FieldMap | readonly FieldMap[] = {},
  derived: Derived = { from: [], put: () => {} },
): Meaning {
  const [what = '', name = '', outcome] = words.split(' ');
  const [categories = '', types = ''] = what.split('/');
  const said = { category: split(categories), type: split(types), action: name };
  const marks = [category, type, action] as const;
  const json = [said.category, said.type, said.action].map((value) => JSON.stringify(value));
  const settersOf = new Map(Object.entries(joined(maps)));
  const asks = [...new Set([...settersOf.keys(), ...derived.from])];
  const setters: readonly (readonly Setter[])[] = [...settersOf.values()].map((setter) =>
    typeof setter === 'function' ? [setter] : setter,
  );
  const { lists = false } = derived;
  const from = derived.from.map((member) => asks.indexOf(member));
  return {
    event: said,
    kind: said.category.some((one) => alerts.has(one)) ? '"alert"' : undefined,
    outcome: outcome === 'failure' || outcome === 'success' ? outcome : undefined,
    asks,
    mark(event) {
      for (let i = 0; i < marks.length; i++) event.set(marks[i] as Field, json[i]);
    },
    fill(event, values) {
      for (let i = 0; i < setters.length; i++) {
        const value = settable(values[i]);
        if (value !== undefined) for (const set of setters[i] as readonly Setter[]) set(event, value);
      }
    },
    derive(event, values) {
      const taken = from.map((i) => (lists || isText(values[i]) ? values[i] : undefined));
      derived.put(event, ...taken);
    },
  };
}

const isText = (json: string | undefined): boolean => json?.charCodeAt(0) === quote;

/** Later maps win. */
const joined = (maps: FieldMap | readonly FieldMap[]): FieldMap =>
  Array.isArray(maps) ? Object.assign({}, ...(maps as readonly FieldMap[])) : (maps as FieldMap);

/** What others have found already. */
const alerts: ReadonlySet<string> = new Set(['malware', 'intrusion_detection']);

const split = (list: string): string[] => (list === '' ? [] : list.split(','));
