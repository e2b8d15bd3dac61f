import type { Matcher, SourceFacts } from '../logsources.ts';
import { productsOf } from '../windows_sources.ts';
import { type DatasetOrigin, datasetFacts, datasetKey } from './dataset_sources.ts';

/** What is known about all events of one source. */
export interface Source {
  readonly facts: SourceFacts;
  /** Fields to be known by a second name. */
  readonly fields: readonly { readonly from: number; readonly to: number }[];
}

/** How many different sources are remembered; hostile events could otherwise fill the memory. */
const factsLimit = 4_096;

/** Finds out once for each source what its events are about. */
export class Sources {
  private readonly matcher: Matcher;
  private readonly ids: ReadonlyMap<string, number>;
  private readonly known = new Map<string, Source>();

  /** @param ids numbers of the fields that are read */
  constructor(matcher: Matcher, ids: ReadonlyMap<string, number>) {
    this.matcher = matcher;
    this.ids = ids;
  }

  ofDataset(origin: DatasetOrigin): Source {
    const key = datasetKey(origin);
    return this.known.get(key) ?? this.keep(key, datasetFacts(origin));
  }

  ofWindows(windows: NonNullable<SourceFacts['windows']>): Source {
    const { channel, provider, eventId, eventType } = windows;
    const key = `windows\0${channel}\0${provider}\0${eventId}\0${eventType}`;
    return this.known.get(key) ?? this.keep(key, { windows, products: productsOf(channel) });
  }

  private keep(key: string, facts: SourceFacts): Source {
    const fields = this.matcher.fieldsOf(facts).flatMap(([fromName, toName]) => {
      const from = this.ids.get(fromName);
      const to = this.ids.get(toName);
      return from === undefined || to === undefined ? [] : [{ from, to }];
    });
    if (this.known.size >= factsLimit) this.known.clear();
    const source = { facts, fields };
    this.known.set(key, source);
    return source;
  }
}
