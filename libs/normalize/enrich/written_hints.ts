import { type RelatedKind, relatedFields } from '../related.ts';
import type { Written } from '../written.ts';
import type { IndicatorKind } from './enrichers.ts';
import type { Located } from './insert_geo.ts';
import type { Lookups, Table } from './lookups.ts';
import { Recent } from './recent.ts';

/** What there is to add to an event that is text. */
export interface Hints {
  /** Its addresses that have a place. */
  readonly located: readonly Located[];
  /** More than places: indicators, rows, or fields that only an object tells. */
  readonly isMore: boolean;
}

/** What is known of one value, the same for every event that has it. */
interface Verdict {
  /** Members `geo` and `as`, each with a comma before it; empty where there are none. */
  readonly geo: string;
  readonly isMore: boolean;
}

const nothing: Verdict = { geo: '', isMore: false };
const more: Verdict = { geo: '', isMore: true };

/** Values of each kind whose verdict is remembered, at least. */
const remembered = 20_000;
const kinds: readonly RelatedKind[] = ['ip', 'hosts', 'user', 'hash'];

/**
 * Finds out from what an event is about whether there is anything to add. A verdict is the same until sources change,
 * except that an indicator expires: then an object is made for nothing.
 *
 * @returns undefined where there is nothing
 */
export function writtenHints(lookups: Lookups): (written: Written) => Hints | undefined {
  let generation = -1;
  let askers: readonly Asker[] = [];
  let isTelling: (members: string) => boolean = () => false;

  function renew(): void {
    generation = lookups.generation;
    askers = kinds.flatMap((kind) => askerOf(kind, lookups) ?? []);
    isTelling = tellingText(lookups);
  }

  return ({ related, members, event }) => {
    if (generation !== lookups.generation) renew();
    let located: Located[] | undefined;
    for (let i = 0; i < askers.length; i++) {
      const { kind, ask } = askers[i] as Asker;
      const values = related[kind];
      if (values === undefined) continue;
      for (let j = 0; j < values.length; j++) {
        const value = values[j];
        if (value === undefined) continue;
        const { geo, isMore } = ask(value);
        if (isMore) return { located: [], isMore };
        if (geo === '') continue;
        located ??= [];
        located.push({ ip: value, geo });
      }
    }
    if (isTelling(members) || isTelling(event)) return { located: [], isMore: true };
    return located && { located, isMore: false };
  };
}

interface Asker {
  readonly kind: RelatedKind;
  /** @param json the value as JSON */
  readonly ask: (json: string) => Verdict;
}

/** Undefined where no source has to do with values of the kind. */
function askerOf(kind: RelatedKind, lookups: Lookups): Asker | undefined {
  const { tables } = lookups;
  const joined = tables.filter(({ join }) => join.some((path) => kindOf.get(path) === kind));
  const indicator = indicators[kind];
  const isWarning = indicator !== undefined && lookups.warns(indicator);
  if (joined.length === 0 && !isWarning && !(kind === 'ip' && lookups.hasGeo)) return undefined;
  const verdicts = new Recent<string, Verdict>(remembered);
  const find = (value: string): Verdict => {
    if (isWarning && lookups.isWarnedOf(indicator, value)) return more;
    if (joined.some((table) => lookups.findRow(table, value) !== undefined)) return more;
    return kind === 'ip' ? placed(lookups, value) : nothing;
  };
  return {
    kind,
    ask(json) {
      let verdict = verdicts.get(json);
      if (verdict === undefined) {
        verdict = find(json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1));
        // What is cut out of a longer text would keep all of it.
        verdicts.set(Buffer.from(json).toString(), verdict);
      }
      return verdict;
    },
  };
}

const indicators: Readonly<Partial<Record<RelatedKind, IndicatorKind>>> = {
  ip: 'ip',
  hosts: 'domain',
  hash: 'hash',
};

const kindOf: ReadonlyMap<string, RelatedKind> = new Map(relatedFields);

function placed(lookups: Lookups, ip: string): Verdict {
  const answer = lookups.geo(ip);
  if (answer === undefined) return nothing;
  return { geo: `,${JSON.stringify(answer).slice(1, -1)}`, isMore: false };
}

/** Whether a text has a field that what an event is about says nothing of, and a source looks at. */
function tellingText(lookups: Lookups): (members: string) => boolean {
  const names = new Set<string>();
  if (lookups.warns('email')) names.add('email');
  for (const { join } of lookups.tables as readonly Table[])
    for (const path of join) if (!kindOf.has(path)) names.add(path.slice(path.lastIndexOf('.') + 1));
  // Not with the mark in front, which is everywhere.
  const sought = [...names].map((name) => `${name}":`);
  const hasUrls = lookups.warns('url');
  return (members) =>
    sought.some((name) => members.includes(name)) || (hasUrls && isWarnedUrl(members, lookups));
}

const urls = /"(?:full|original|referrer)":("[a-z][a-z\d+.-]{1,15}:(?:[^"\\]|\\.){1,8192}")/gi;

function isWarnedUrl(members: string, lookups: Lookups): boolean {
  if (!members.includes(':/') && !members.includes(':\\/')) return false;
  for (const [, json = '""'] of members.matchAll(urls))
    if (lookups.isWarnedOf('url', JSON.parse(json) as string)) return true;
  return false;
}
