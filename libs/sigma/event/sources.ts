import { bySpecificity, fieldTable, readingsOf, type SourceEntry } from '../field_table/index.ts';
import type { Matcher, SourceFacts } from '../logsources.ts';
import { productsOf } from '../windows_sources.ts';
import { type DatasetOrigin, datasetFacts, datasetKey } from './dataset_sources.ts';
import { rank } from './profile.ts';

/** What is known about all events of one source. */
export interface Source {
  readonly facts: SourceFacts;
  /** Fields to be known by a second name. */
  readonly fields: readonly { readonly from: number; readonly to: number }[];
  /** What stands at other paths, by the path's number. */
  readonly readings: Readings;
}

export type Readings = readonly (readonly Reading[] | undefined)[];

/** A field that is read at another path. */
export interface Reading {
  readonly to: number;
  readonly rank: number;
  /** What rules call a value, by its folded text. */
  readonly values: ReadonlyMap<string, string> | null;
}

const inTable = fieldTable.filter(({ fields }) => fields !== undefined);
const nothing: Readings = [];

/** How many different sources are remembered; hostile events could otherwise fill the memory. */
const factsLimit = 4_096;

/** Finds out once for each source what its events are about. */
export class Sources {
  private readonly matcher: Matcher;
  private readonly ids: ReadonlyMap<string, number>;
  private readonly known = new Map<string, Source>();
  private readonly readings = new Map<string, Readings>();

  /** @param ids numbers of the fields that are read, and of the paths at which the table says they stand */
  constructor(matcher: Matcher, ids: ReadonlyMap<string, number>) {
    this.matcher = matcher;
    this.ids = ids;
  }

  ofDataset(origin: DatasetOrigin): Source {
    const key = datasetKey(origin);
    return this.known.get(key) ?? this.ofFacts(key, datasetFacts(origin));
  }

  ofWindows(windows: NonNullable<SourceFacts['windows']>): Source {
    const { channel, provider, eventId, eventType } = windows;
    const key = `windows\0${channel}\0${provider}\0${eventId}\0${eventType}`;
    return this.known.get(key) ?? this.keep(key, { windows, products: productsOf(channel) }, nothing);
  }

  private ofFacts(key: string, facts: SourceFacts): Source {
    const meant = inTable.filter(({ logsource }) => this.matcher.matches(logsource, facts));
    const numbers = meant.map((entry) => inTable.indexOf(entry)).join(' ');
    let readings = this.readings.get(numbers);
    if (readings === undefined) {
      readings = this.read(meant);
      this.readings.set(numbers, readings);
    }
    return this.keep(key, facts, readings);
  }

  private read(entries: readonly SourceEntry[]): Readings {
    const readings: Reading[][] = [];
    for (const [field, places] of readingsOf(bySpecificity(entries))) {
      const to = this.ids.get(field);
      if (to === undefined) continue;
      for (const { path, order, values } of places) {
        const from = this.ids.get(path) as number;
        const named = values === undefined ? null : new Map(Object.entries(values));
        const fields = readings[from] ?? [];
        fields.push({ to, rank: order < 0 ? rank.root : rank.ecs + order, values: named });
        readings[from] = fields;
      }
    }
    return readings;
  }

  private keep(key: string, facts: SourceFacts, readings: Readings): Source {
    const fields = this.matcher.fieldsOf(facts).flatMap(([fromName, toName]) => {
      const from = this.ids.get(fromName);
      const to = this.ids.get(toName);
      return from === undefined || to === undefined ? [] : [{ from, to }];
    });
    if (this.known.size >= factsLimit) this.known.clear();
    const source = { facts, fields, readings };
    this.known.set(key, source);
    return source;
  }
}
