import { afterEach, describe, expect, it } from 'vitest';
import { type DataClassDefinition, parseDataClasses } from '../../classes.ts';
import { partitionName, partitionPeriod } from '../../partition.ts';
import { connectOpenSearch, type OpenSearchConnection } from '../client.ts';
import { openSearchConfig } from '../config.ts';
import { eventIndex } from '../index_name.ts';
import { startFakeNode, welcome } from '../node.suite.ts';
import { type IsmNode, startIsmNode } from './ism.suite.ts';
import { installPolicies, leastAge, policyOf } from './policies.ts';
import type { SetupStep } from './step.ts';

const classesWith = (web: string): readonly DataClassDefinition[] =>
  parseDataClasses(
    `classes:\n  web: { description: by day, ttl: ${web}, minimum: 5d, readers: [analyst] }\napprovals: []`,
  ).all.filter(({ name }) => name === 'web');
const [week] = classesWith('7d') as [DataClassDefinition];
const day = 86_400_000;

describe('a class’s policy', () => {
  it('deletes nothing before Tidewatch’s own job would, nor before the minimum', () => {
    const start = Date.UTC(2023, 11, 28, 5);
    for (const ttl of ['1h', '12h', '7d', '30d', '31d', '90d', '26w', '365d']) {
      const [dataClass] = classesWith(ttl === '1h' || ttl === '12h' ? '5d' : ttl) as [DataClassDefinition];
      const asked = {
        ...dataClass,
        ttlMs: ttl.endsWith('h') ? Number.parseInt(ttl, 10) * 3_600_000 : dataClass.ttlMs,
      };
      for (let now = start; now < start + 800 * day; now += 11 * 3_600_000) {
        const period = partitionPeriod(partitionName(now, asked.ttlMs))!;
        // An index is made by the first event of its partition, at the earliest.
        const goes = period.from + leastAge(asked, []);
        expect(goes).toBeGreaterThanOrEqual(period.to + asked.ttlMs);
        expect(goes).toBeGreaterThanOrEqual(period.to + (asked.minimumMs ?? 0));
      }
    }
  });

  it('leaves indices of longer partitions their time, from when the class was kept for longer', () => {
    const month = eventIndex('web', '2024-05');
    expect(leastAge(week, [])).toBe((7 + 1 + 1) * day);
    expect(leastAge(week, [month, eventIndex('web', '2024-06-01')])).toBe((7 + 31 + 1) * day);
    expect(leastAge(week, [eventIndex('other', '2024-05')])).toBe((7 + 1 + 1) * day);
  });
});

describe('policies of Index State Management', () => {
  let node: IsmNode;
  let connection: OpenSearchConnection;
  afterEach(async () => {
    await connection.close();
    await node.close();
  });
  const open = async (...indices: string[]) => {
    node = await startIsmNode(indices);
    connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [node.url] }));
    return indices;
  };
  const install = (classes: readonly DataClassDefinition[], dryRun = false): Promise<SetupStep[]> =>
    installPolicies({ connection, dryRun }, classes, [...node.managed.keys()]);
  const states = (steps: readonly SetupStep[]) => steps.map(({ what, state }) => `${state} ${what}`);

  it('are made as documented, once, and given to indices that are there', async () => {
    const [one, two] = await open(eventIndex('web', '2024-05-01'), eventIndex('web', '2024-05-02'));
    expect(states(await install([week], true))).toEqual([
      'created policy tidewatch-events-web',
      'changed indices of policy tidewatch-events-web',
    ]);
    expect(node.writes).toEqual([]);
    await install([week]);
    expect(node.writes).toEqual([
      {
        request: 'PUT /_plugins/_ism/policies/tidewatch-events-web',
        body: {
          policy: {
            description: expect.stringContaining('7d'),
            default_state: 'kept',
            states: [
              {
                name: 'kept',
                actions: [],
                transitions: [{ state_name: 'deleted', conditions: { min_index_age: '216h' } }],
              },
              { name: 'deleted', actions: [{ delete: {} }], transitions: [] },
            ],
            ism_template: [{ index_patterns: ['tidewatch-events-web-*'], priority: 100 }],
          },
        },
      },
      { request: `POST /_plugins/_ism/add/${one},${two}`, body: { policy_id: 'tidewatch-events-web' } },
    ]);
    expect(states(await install([week]))).toEqual(['there policy tidewatch-events-web']);
    expect(node.writes).toHaveLength(2);
  });

  it('change with the time to live, for indices that have the old one, too', async () => {
    const [index] = await open(eventIndex('web', '2024-05-01'));
    await install([week]);
    node.writes.length = 0;
    expect(states(await install(classesWith('8d')))).toEqual([
      'changed policy tidewatch-events-web',
      'changed indices of policy tidewatch-events-web',
    ]);
    expect(node.writes.map(({ request }) => request)).toEqual([
      'PUT /_plugins/_ism/policies/tidewatch-events-web?if_seq_no=0&if_primary_term=1',
      `POST /_plugins/_ism/change_policy/${index}`,
    ]);
    expect(node.managed.get(index!)).toEqual({ id: 'tidewatch-events-web', sequence: 1 });
  });

  it('are mended where somebody changed them', async () => {
    await open();
    await install([week]);
    const kept = node.policies.get('tidewatch-events-web')!;
    kept.policy = { ...kept.policy, ...policyOf({ ...week, ttlMs: day }, []) };
    expect(states(await install([week]))).toEqual(['changed policy tidewatch-events-web']);
  });

  it('leave an index alone that somebody else manages, and say so', async () => {
    const [index] = await open(eventIndex('web', '2024-05-01'));
    node.managed.set(index!, { id: 'theirs', sequence: 0 });
    const steps = await install([week]);
    expect(steps.at(-1)).toMatchObject({ state: 'refused', says: expect.stringContaining('theirs') });
    expect(node.managed.get(index!)?.id).toBe('theirs');
  });

  it('are said to be refused by an index that is not ready, and given the next time', async () => {
    const [index] = await open(eventIndex('web', '2024-05-01'));
    await install([week]);
    node.managed.set(index!, undefined);
    await install(classesWith('8d'));
    node.managed.set(index!, { id: 'tidewatch-events-web', sequence: 0 });
    const given = await install(classesWith('8d'));
    expect(states(given)).toContain('changed indices of policy tidewatch-events-web');
    expect(states(await install(classesWith('8d')))).toEqual(['there policy tidewatch-events-web']);
  });
});

it.each([
  [
    'an OpenSearch without the plugin',
    welcome,
    [400, { error: 'no handler found for uri [/_plugins/_ism/policies]' }],
  ],
  [
    'Elasticsearch',
    { version: { number: '8.15.0' }, tagline: 'You Know, for Search' },
    [200, { policies: [] }],
  ],
] as const)('says that %s lacks policies', async (_, hello, answer) => {
  const node = await startFakeNode(({ path }) => (path === '/' ? [200, hello] : answer));
  const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [node.url] }));
  expect(await installPolicies({ connection, dryRun: false }, [week], [])).toEqual([
    expect.objectContaining({ state: 'lacking' }),
  ]);
  await connection.close();
  await node.close();
});
