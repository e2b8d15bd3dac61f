import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventIndices } from '@tidewatch/store/opensearch';
import { ask } from '../faults/stored.ts';
import { type KafkaService, startKafka } from '../services/kafka.ts';
import { type RunningOpenSearch, startOpenSearch } from '../services/opensearch.ts';
import type { LedgerSite } from './ledger.ts';
import { type RunningServer, startServer } from './server.ts';

const rangeAll = 'from=now-2y&to=now%2B1h';
const inputs = (file: string) =>
  `inputs: [{ type: http }, { type: file, paths: ['${file}*'], source: ledger-file, poll_ms: 100 }]\n`;

/** A process that is killed and started again on its data folder. */
async function startMortal(configOf: (data: string) => string) {
  // The data folder is known once a first process has run.
  let server = await startServer({ config: 'roles: [ingest]\ninputs: [{ type: http }]\n' });
  const { data } = server;
  const config = configOf(data);
  await server.kill('SIGKILL');
  server = await startServer({ data, config });
  return {
    get now(): RunningServer {
      return server;
    },
    /** Every fifth time it dies again while it recovers. */
    async kill(next: () => number): Promise<void> {
      await server.kill('SIGKILL');
      server = await startServer({ data, config, ...(next() < 0.2 ? { killAfterMs: next() * 500 } : {}) });
    },
  };
}

/** Everything in one process, on the write-ahead log and the embedded store. */
export async function startEmbeddedSite(): Promise<LedgerSite> {
  const fileIn = (data: string) => join(data, 'watched.log');
  const process = await startMortal((data) => inputs(fileIn(data)));
  const file = fileIn(process.now.data);
  await appendFile(file, '');
  return {
    ingest: () => process.now.ingest,
    file,
    kill: process.kill,
    async count() {
      return (await process.now.api<{ total: number }>(`/api/events?limit=1&${rangeAll}`)).total;
    },
    async *events() {
      let after: string | undefined;
      do {
        const page: { items: object[]; next?: string } = await process.now.api(
          `/api/events?limit=1000&${rangeAll}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
        );
        for (const event of page.items) yield JSON.stringify(event);
        after = page.next;
      } while (after !== undefined);
    },
    letters: () => lettersOf(process.now),
    dispose: () => process.now.dispose(),
  };
}

/**
 * A process that ingests and one that indexes, between a real Kafka and a real OpenSearch, and one to ask. Now and then
 * Kafka or OpenSearch is killed in their place.
 */
export async function startClusterSite(): Promise<LedgerSite> {
  const [kafka, search] = await Promise.all([startKafka(), startOpenSearch()]);
  const stream = `stream: { kafka: { brokers: ['${kafka.broker}'], partitions: 3, replicas: 1, min_insync_replicas: 1 } }\n`;
  const fileIn = (data: string) => join(data, 'watched.log');
  const ingest = await startMortal((data) => `roles: [ingest]\n${stream}${inputs(fileIn(data))}`);
  const index = await startMortal(
    () => `roles: [index]\n${stream}store: { opensearch: { nodes: ['${search.url}'] } }\n`,
  );
  const api = await startServer({ config: `roles: [api]\n${stream}` });
  const file = fileIn(ingest.now.data);
  await appendFile(file, '');
  return {
    ingest: () => ingest.now.ingest,
    file,
    async kill(next) {
      if (next() < 0.1) return restart(next() < 0.5 ? kafka : search);
      await (next() < 0.5 ? ingest : index).kill(next);
    },
    async count() {
      await ask(search.url, `/${eventIndices}/_refresh`, {});
      return (await ask<{ count: number }>(search.url, `/${eventIndices}/_count`)).count;
    },
    events: () => eventsIn(search.url),
    letters: () => lettersOf(api),
    async dispose() {
      await Promise.all([ingest.now.dispose(), index.now.dispose(), api.dispose()]);
      await Promise.all([kafka.stop(), search.stop()]);
    },
  };
}

async function restart(service: KafkaService | RunningOpenSearch): Promise<void> {
  await service.kill('SIGKILL');
  await service.restart();
}

interface Hits {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly { readonly _source: object }[] };
}

async function* eventsIn(url: string): AsyncIterable<string> {
  let page = await ask<Hits>(url, `/${eventIndices}/_search?scroll=1m`, {
    size: 5_000,
    sort: ['_doc'],
  });
  while (page.hits.hits.length > 0) {
    for (const { _source } of page.hits.hits) yield JSON.stringify(_source);
    page = await ask<Hits>(url, '/_search/scroll', { scroll: '1m', scroll_id: page._scroll_id });
  }
}

async function* lettersOf(server: RunningServer): AsyncIterable<string> {
  let after: string | undefined;
  do {
    const page: { items: { raw: string }[]; next?: string } = await server.api(
      `/api/dead-letters?limit=200${after === undefined ? '' : `&after=${after}`}`,
    );
    for (const { raw } of page.items) yield raw;
    after = page.next;
  } while (after !== undefined);
}
