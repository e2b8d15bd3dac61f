import { expect, it } from 'vitest';
import { connectOpenSearch } from './client.ts';
import { openSearchConfig } from './config.ts';
import { startFakeNode, welcome } from './node.suite.ts';
import { readMany } from './read_many.ts';

it('does not take a document that cannot be read for one that there is not', async () => {
  const there = { _id: 'a', found: true, _source: { n: 1 } };
  let docs: object[] = [there, { _id: 'b', found: false }];
  const node = await startFakeNode(({ path }) => [200, path === '/' ? welcome : { docs }]);
  const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [node.url] }));
  try {
    const read = () => readMany(connection, 'things', ['a', 'b'], 'things');
    expect(await read()).toEqual([there]);
    const error = { type: 'no_shard_available_action_exception', reason: 'No shard available' };
    docs = [there, { _id: 'b', error }];
    await expect(read()).rejects.toMatchObject({
      code: 'OPENSEARCH_BUSY',
      message: expect.stringContaining(error.type),
    });
  } finally {
    await connection.close();
    await node.close();
  }
});
