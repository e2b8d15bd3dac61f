import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import { maxText } from '../draft.ts';
import { ipAddress } from '../setters.ts';
import { createKnownFinder, createTextScanner } from './free_text.ts';
import { type CompiledPolicy, type PathTree, visit } from './policy.ts';
import { canonical } from './pseudonyms.ts';

/** What is put in the place of a value found at a path. */
export type Substitute = (value: string, path: string) => string;

/** Members of an event that hold no words of people, and those of `event`. */
const untouched = new Set(['@timestamp', 'ecs', 'tidewatch']);
const untouchedOfEvent = new Set(
  (
    'category code created dataset duration end hash id ingested kind module original outcome provider risk_score ' +
    'sequence severity start timezone type'
  ).split(' '),
);

export interface Replaced {
  /** Texts that were too long to be looked at, and are cut. */
  readonly truncated: boolean;
}

/**
 * Replaces, in place, the values of the policy's fields, and in all other texts what is known from those, what stands
 * where names stand, and secrets.
 */
export function createReplacer(): (
  fields: JsonObject,
  policy: CompiledPolicy,
  values: ReadonlySet<string>,
  substitute: Substitute,
) => Replaced {
  const finderOf = createKnownFinder();
  const scan = createTextScanner();
  return (fields, { targets, names }, values, substitute) => {
    const known = finderOf(values);
    let truncated = false;

    function text(value: string, path: string): string {
      if (values.has(value)) return substitute(value, path);
      if (value.length < 3) return value;
      let looked = value;
      if (value.length > maxText) {
        looked = value.slice(0, maxText);
        truncated = true;
      }
      return scan(looked, known, names, (found) => substitute(found, path));
    }

    function whole(value: Json, path: string): Json {
      if (typeof value === 'string') return substitute(value, path);
      if (typeof value === 'number') {
        const said = substitute(String(value), path);
        return said === String(value) ? value : said;
      }
      if (Array.isArray(value)) return value.map((member) => whole(member, path));
      if (isObject(value))
        for (const key of Object.keys(value)) value[key] = whole(value[key] as Json, `${path}.${key}`);
      return value;
    }

    function change(value: Json, path: string, tree: PathTree | undefined): Json {
      if (tree?.all === true) return whole(value, path);
      if (typeof value === 'string') return text(value, path);
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) value[i] = change(value[i] as Json, path, tree);
        return value;
      }
      if (isObject(value))
        for (const key of Object.keys(value))
          value[key] = change(value[key] as Json, `${path}.${key}`, tree?.below.get(key));
      return value;
    }

    for (const key of Object.keys(fields)) {
      const value = fields[key] as Json;
      const tree = targets.below.get(key);
      if (untouched.has(key)) continue;
      if (key === 'event' && isObject(value)) {
        for (const name of Object.keys(value))
          if (!untouchedOfEvent.has(name))
            value[name] = change(value[name] as Json, `event.${name}`, tree?.below.get(name));
      } else fields[key] = change(value, key, tree);
    }
    return { truncated };
  };
}

/** Too many other things are such numbers: ports, processes. */
const smallNumber = /^\d{1,9}$/;

/**
 * The values of the policy's fields that are looked for elsewhere; of `DOMAIN\name` also the name, of an address also the
 * spelling that feeds' indicators have.
 */
export function valuesIn(fields: JsonObject, { targets }: CompiledPolicy): ReadonlySet<string> {
  const values = new Set<string>();
  visit(fields, targets, (value) => {
    if (smallNumber.test(value)) return;
    values.add(value);
    const at = value.lastIndexOf('\\');
    if (at > 0 && at < value.length - 1) values.add(value.slice(at + 1));
    const address = value.includes(':') ? ipAddress(value) : undefined;
    if (address !== undefined) values.add(canonical(address));
  });
  return values;
}
