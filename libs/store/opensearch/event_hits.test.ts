import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectOpenSearch, type OpenSearchConnection } from './client.ts';
import { openSearchConfig } from './config.ts';
import { readHits } from './event_hits.ts';
import { type Answer, type FakeNode, startFakeNode, welcome } from './node.suite.ts';

let answers: Answer[];
let node: FakeNode;
let connection: OpenSearchConnection;
beforeAll(async () => {
  node = await startFakeNode(({ path }) => (path === '/' ? [200, welcome] : answers.shift()));
  connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [node.url], timeout_ms: 500 }));
});
afterAll(async () => {
  await connection?.close();
  await node?.close();
});
beforeEach(() => {
  answers = [];
});

const read = () => readHits(connection, 'things', { match_all: {} }, { sort: 'newest', size: 5 });
const found = (source: string): Answer => {
  const hits = `[{"_index":"things","_source":${source},"sort":[1,"a","things"]}]`;
  return [200, `{"timed_out":false,"hits":{"hits":${hits}}}`];
};
const busy: Answer = [503, { error: { type: 'no_shard_available' } }];

it('reads events on one line, once the cluster has time for it', async () => {
  answers = [busy, [200, '{"timed_out":fal'], found('{"message":\n"a"}')];
  const hits = await read();
  expect(hits).toMatchObject([
    { key: [1, 'a', 'things'], json: '{"message": "a"}', event: { message: 'a' } },
  ]);
  expect(answers).toEqual([]);
});

it.each<[string, Answer, string, string]>([
  ['does not finish', [200, { timed_out: true, hits: { hits: [] } }], 'QUERY_TIMED_OUT', 'searching events'],
  [
    'refuses the query',
    [400, { error: { root_cause: [{ type: 'x', reason: 'too many clauses' }] } }],
    'QUERY_TOO_WIDE',
    'too many clauses',
  ],
  [
    'refuses us',
    [403, { error: { type: 'security_exception' } }],
    'OPENSEARCH_REFUSED',
    'security_exception',
  ],
  ['is behind something that is none', [404, '<html>'], 'OPENSEARCH_UNKNOWN', '404'],
])('says so where OpenSearch %s', async (_, answer, code, message) => {
  answers = [answer];
  await expect(read()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

it('says so where no answer is JSON', async () => {
  answers = Array(6).fill([200, '<html>']);
  await expect(read()).rejects.toMatchObject({
    code: 'OPENSEARCH_UNKNOWN',
    message: expect.stringContaining('not JSON'),
  });
  expect(answers).toHaveLength(1);
});

it('names an event that another wrote and that is no JSON', async () => {
  answers = [found('{"message": /* its own */ "a"}')];
  const [hit] = await read();
  expect(() => hit?.event).toThrow(
    expect.objectContaining({
      code: 'OPENSEARCH_UNKNOWN',
      message: expect.stringContaining('the event at [1,"a","things"]'),
    }),
  );
});
