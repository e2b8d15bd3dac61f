import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '@tidewatch/event';

/** A query with what it must find, or how it must be refused. */
export interface CorpusCase {
  readonly query: string;
  /** Names of documents, in their order; undefined where the query is faulty. */
  readonly finds?: readonly string[];
  readonly fault?: {
    readonly start: number;
    readonly end: number;
    readonly message: string;
    readonly suggestion?: string;
  };
}

export interface CorpusFile {
  readonly name: string;
  readonly documents: ReadonlyMap<string, JsonObject>;
  readonly cases: readonly CorpusCase[];
}

/** What `now` stands for in the corpus, epoch milliseconds: a Wednesday. */
export const corpusNow = Date.UTC(2024, 4, 15, 12);

/**
 * The queries of `corpus/`, written from the documented behaviour of KQL and of what the README adds to it. A line is a
 * remark (`# `), a document (`@name {json}`), or `query => names of documents`, `query => nothing`,
 * `query => ! start-end sentence => corrected query`.
 */
export function readCorpus(): readonly CorpusFile[] {
  const folder = new URL('./corpus/', import.meta.url);
  return readdirSync(folder)
    .sort()
    .map((file) => readFile(file.replace('.txt', ''), readFileSync(new URL(file, folder), 'utf8')));
}

function readFile(name: string, text: string): CorpusFile {
  const documents = new Map<string, JsonObject>();
  const cases: CorpusCase[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue;
    const document = /^@(\w) (\{.*)$/.exec(line);
    if (document !== null) {
      documents.set(document[1] as string, JSON.parse(document[2] as string) as JsonObject);
      continue;
    }
    const [query = '', expected = '', suggestion] = line.split(' => ');
    const fault = /^! (\d+)-(\d+) (.*)$/.exec(expected);
    if (fault === null) {
      cases.push({ query, finds: expected === 'nothing' ? [] : expected.split(' ') });
      continue;
    }
    const [, start, end, message] = fault as unknown as [string, string, string, string];
    const corrected = suggestion === undefined ? {} : { suggestion };
    cases.push({ query, fault: { start: Number(start), end: Number(end), message, ...corrected } });
  }
  return { name, documents, cases };
}
