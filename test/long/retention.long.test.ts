import { setTimeout } from 'node:timers/promises';
import { type Deletion, liveDataClasses, parseDataClasses } from '@tidewatch/store';
import {
  connectOpenSearch,
  createAlertStore,
  openSearchConfig,
  setupOpenSearch,
} from '@tidewatch/store/opensearch';
import { createFileSnapshots } from '@tidewatch/stream';
import { createKafka } from '@tidewatch/stream/kafka';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walk, walkTheClock } from '../../apps/tidewatch/server/governance/clock_walk.suite.ts';
import type { OpenWalkedStore } from '../../apps/tidewatch/server/governance/clock_walk_places.suite.ts';
import { enrolKeepers, shortestTtl } from '../../apps/tidewatch/server/governance/retention.ts';
import { eventStore } from '../../libs/store/opensearch/store.suite.ts';
import { has } from '../require.ts';
import { startKafka } from '../services/kafka.ts';
import { startOpenSearch } from '../services/opensearch.ts';

const promise =
  'keeps everything for its time to live and one partition, whatever the times and whenever it runs';

it(promise, async () => {
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(walk, (each) => walkTheClock(each)),
    { numRuns: 40 },
  );
});

describe.runIf(has('opensearch'))('with events and alerts in OpenSearch', () => {
  it(promise, async () => {
    expect.hasAssertions();
    const server = await startOpenSearch();
    const settings = openSearchConfig.parse({ nodes: [server.url], bulk: { linger_ms: 5 } });
    const connection = await connectOpenSearch(settings);
    const openStore: OpenWalkedStore = async (_, classes, clock) => {
      await setupOpenSearch(connection, classes);
      const events = eventStore(connection, classes, clock);
      const alerts = createAlertStore({ connection, classes, clock });
      return {
        events,
        alerts,
        async close() {
          await events.close();
          await alerts.close();
        },
      };
    };
    try {
      await fc.assert(
        fc.asyncProperty(walk, (each) => walkTheClock(each, openStore)),
        { numRuns: 5 },
      );
    } finally {
      await connection.close();
      await server.stop();
    }
  });
});

describe.runIf(has('kafka'))('with streams in Kafka', () => {
  // A broker stamps records by its own clock, so here only retention's walks.
  it('deletes what is past its time to live and nothing else, and says so', async () => {
    const broker = await startKafka();
    const log = createKafka({ brokers: [broker.broker], prefix: 'walk.', replicas: 1, minInsyncReplicas: 1 });
    const [events, matches, deadLetters, letterOutcomes] = await Promise.all(
      ['events', 'matches', 'dead-letters', 'dead-letters.outcomes'].map((name) => log.open(name)),
    );
    if (!events || !matches || !deadLetters || !letterOutcomes) throw new TypeError('Four were opened.');
    const classes = liveDataClasses(
      parseDataClasses(`
classes:
  web: { description: d, ttl: 2d, readers: [analyst] }
  long: { description: d, ttl: 30d, readers: [analyst] }
  dead_letters: { description: d, ttl: 7d, readers: [analyst] }
approvals: []
`),
    );
    const retention = enrolKeepers(classes, {
      ...{ events, matches, outputs: [], redirects: [], deadLetters, letterOutcomes },
      snapshots: createFileSnapshots('/nonexistent'),
      control: async () => undefined,
      documents: undefined,
      exceptions: '/nonexistent',
    });
    const streams = [events, matches, deadLetters, letterOutcomes];
    const readers = await Promise.all(
      streams.map((stream) => stream.subscribe({ group: 'reader', process: async () => {} })),
    );
    const put = (text: string) =>
      Promise.all(streams.map((stream) => stream.append([{ key: text, value: Buffer.from(text) }])));
    async function held() {
      return Promise.all(
        streams.map(async (stream) => {
          const { partitions } = await stream.stats();
          const read = await Promise.all(
            partitions.map(({ partition, first }) => stream.read({ partition, offset: first }, 100)),
          );
          return read.flat().map(({ key }) => key);
        }),
      );
    }
    try {
      await put('early');
      await setTimeout(1_500);
      const between = Date.now();
      await setTimeout(1_500);
      await put('late');
      await Promise.all(readers.map((reader) => reader.drain()));

      const shortest = shortestTtl(classes);
      const run = async (now: number) => {
        const told: [string, number][] = [];
        const tell = async ({ keeper, records }: Deletion) => void told.push([keeper, records]);
        expect(await retention.run(now, tell)).toEqual([]);
        return told.sort();
      };
      expect(await run(between)).toEqual([]);
      expect(await run(between + shortest)).toEqual([
        ['streams/events', 1],
        ['streams/matches', 1],
      ]);
      const both = ['early', 'late'];
      expect(await held()).toEqual(
        [['late'], ['late'], both, both].map((keys) => expect.arrayContaining(keys)),
      );
      expect((await held()).map(({ length }) => length)).toEqual([1, 1, 2, 2]);
      expect(await run(between + (classes.get('dead_letters')?.ttlMs ?? 0))).toEqual([
        ['streams/dead-letters', 1],
        ['streams/dead-letters.outcomes', 1],
        ['streams/events', 1],
        ['streams/matches', 1],
      ]);
      expect(await held()).toEqual([[], [], ['late'], ['late']]);
    } finally {
      await Promise.all(readers.map((reader) => reader.close()));
      await log.close();
      await broker.stop();
    }
  });
});
