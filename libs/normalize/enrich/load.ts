import { addIndicator } from './add_indicator.ts';
import type { DelimitedOptions } from './delimited.ts';
import type { IndicatorKind } from './enrichers.ts';
import { type FeedColumns, feedCsvReader } from './feed_csv.ts';
import type { Indicator } from './indicator.ts';
import type { KeyIndexData } from './key_index.ts';
import { KeyIndexBuilder } from './key_index_builder.ts';
import { readMisp } from './misp.ts';
import { type Reader, type Tally, wholeReader } from './reader.ts';
import type { RowOptions } from './rows.ts';
import { filesOf, type Opened, openFile, openUrl, type Place, readText } from './source.ts';
import { readStix } from './stix.ts';
import { type TableSpec, tableReader } from './table_rows.ts';

export interface FeedSpec extends Place, DelimitedOptions, RowOptions {
  readonly format: 'csv' | 'stix' | 'misp';
  readonly columns: FeedColumns;
  readonly kind?: IndicatorKind | undefined;
  /** How long indicators count that don't say it, in milliseconds. */
  readonly expires?: number | undefined;
}

/** What a thread is told to load. */
export type LoadSpec =
  | ({ readonly what: 'feed' } & FeedSpec)
  | ({ readonly what: 'table' } & Place & TableSpec);

export interface Loaded {
  readonly data: KeyIndexData;
  /** Lines or objects that are nothing that the source should have, and what has expired already. */
  readonly unfit: number;
  readonly expired: number;
  /** When the newest of its files changed, epoch milliseconds; of an answer now. */
  readonly changed: number;
  /** What could not be read at all, each a sentence for people with the file's name. */
  readonly faults: readonly string[];
}

/** Reads a source and makes its index. A file that can't be read is a fault, and the others count; never rejects. */
export async function load(spec: LoadSpec, now = Date.now()): Promise<Loaded> {
  const builder = new KeyIndexBuilder();
  const tally: Tally = { added: 0, unfit: 0, expired: 0 };
  const faults: string[] = [];
  let changed = 0;
  const readOne = async (name: string, open: () => Promise<Opened>): Promise<void> => {
    try {
      const opened = await open();
      changed = Math.max(changed, opened.changed);
      const before = { ...tally };
      const reader = readerOf(spec, builder, tally, { changed: opened.changed, now });
      await readText(opened, spec.maxBytes, (text) => reader.push(text));
      reader.end();
      const unfit = tally.unfit - before.unfit;
      if (unfit > 0 && tally.added === before.added && tally.expired === before.expired)
        throw new TypeError(`has nothing of use: none of its ${unfit} entries is understood`);
    } catch (error) {
      faults.push(`${name}: ${reasonOf(error)}`);
    }
  };
  if (spec.url !== undefined) await readOne(new URL(spec.url).host, () => openUrl(spec));
  else {
    const path = spec.path ?? '';
    const files = await filesOf(path).catch((error: Error) => {
      faults.push(`${path}: ${reasonOf(error)}`);
      return [];
    });
    for (const file of files) await readOne(file, () => openFile(file));
  }
  const { unfit, expired } = tally;
  return { data: builder.finish(), unfit, expired, changed, faults };
}

function reasonOf(error: unknown): string {
  const { message, cause, code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is no UTF-8';
  if (code === 'ENOENT') return 'is not there';
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

interface Times {
  readonly changed: number;
  readonly now: number;
}

function readerOf(spec: LoadSpec, builder: KeyIndexBuilder, tally: Tally, times: Times): Reader {
  const onUnfit = () => {
    tally.unfit++;
  };
  if (spec.what === 'table') return tableReader(spec, builder, tally);
  const life = { expires: spec.expires, ...times };
  const onIndicator = (indicator: Indicator) => {
    tally[addIndicator(builder, indicator, life)]++;
  };
  if (spec.format === 'csv') return feedCsvReader(spec, onIndicator, onUnfit);
  const read = spec.format === 'stix' ? readStix : readMisp;
  return wholeReader((document) => {
    for (const indicator of read(document, onUnfit)) onIndicator(indicator);
  });
}
