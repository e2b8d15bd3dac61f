import { describe, expect, it } from 'vitest';
import { has } from '../../../test/require.ts';
import { describeAgreement, describeEventStoreContract } from '../contract.suite.ts';
import { describeCorpus } from '../corpus.suite.ts';
import { always, day, everyone, expired, indexed, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import { eventStore, openSearchForTests } from './store.suite.ts';

describe.runIf(has('opensearch'))('on a real OpenSearch', { timeout: 60_000 }, () => {
  const { connection, openEvents } = openSearchForTests();
  describeEventStoreContract('OpenSearch', openEvents);
  describeAgreement('OpenSearch', openEvents, 'one');
  describeCorpus('OpenSearch', openEvents);

  it('tells once of partitions that the cluster lost, and not of those that Tidewatch deleted', async () => {
    const { store, dispose } = await openEvents(suiteClasses, suiteNow);
    const other = eventStore(connection(), suiteClasses, () => suiteNow);
    await store.write([indexed({}), indexed({}), indexed({}, { ingested: suiteNow + day })]);
    expect(await expired(store, suiteNow)).toEqual([]);
    await other.deletePartition('short', '2024-05-16');
    await connection().client.transport.request({
      method: 'DELETE',
      path: '/tidewatch-events-short-2024-05-15',
    });
    const told = await Promise.all([expired(store, suiteNow), expired(other, suiteNow)]);
    expect(told.flat()).toEqual([
      {
        keeper: 'event store',
        dataClass: 'short',
        what: 'partition 2024-05-15',
        records: 2,
        reason: 'found to be gone from the cluster',
      },
    ]);
    expect(await store.count({ range: always }, everyone)).toBe(0);
    await other.close();
    await dispose();
  });

  it('tells once of what several processes delete at a time, also after one that ended before it told', async () => {
    const { store, dispose } = await openEvents(suiteClasses, suiteNow);
    const other = eventStore(connection(), suiteClasses, () => suiteNow);
    const past = suiteNow + 30 * day;
    await store.write([indexed({}), indexed({}), indexed({}, { ingested: suiteNow - day })]);
    await expired(store, suiteNow);
    const { transport } = connection().client;
    const { request } = transport;
    let isEnding = true;
    transport.request = (async (...[params, options]: Parameters<typeof request>) => {
      if (isEnding && params.method === 'DELETE' && params.path.includes('_doc')) throw new Error('ended');
      return request.call(transport, params, options);
    }) as unknown as typeof request;
    expect(await expired(store, past).catch(() => 'ended')).toBe('ended');
    isEnding = false;
    const told = await Promise.all([expired(store, past), expired(other, past)]);
    transport.request = request;
    expect(
      told
        .flat()
        .map(({ what, records }) => [what, records])
        .sort(),
    ).toEqual([
      ['partition 2024-05-14', 1],
      ['partition 2024-05-15', 2],
    ]);
    await store.write([indexed({}), indexed({}, { ingested: suiteNow - day })]);
    await expired(store, suiteNow);
    const again = await Promise.all([expired(store, past), expired(other, past)]);
    expect(
      again
        .flat()
        .map(({ what }) => what)
        .sort(),
    ).toEqual(['partition 2024-05-14', 'partition 2024-05-15']);
    await other.close();
    await dispose();
  });
});
