import { QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { createQueryClient } from './query-client.ts';

function createReads() {
  const client = createQueryClient(() => undefined);
  const reads: { readonly answer: (stored: number) => void; readonly signal: AbortSignal }[] = [];
  const query = {
    queryKey: ['events'],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
      new Promise<number>((answer) => reads.push({ answer, signal })),
  };
  return { client, reads, query, stored: () => client.getQueryData(['events']) };
}

it('reads anew, and once, what changed while it was read for the first time', async () => {
  const { client, reads, query, stored } = createReads();
  const stop = new QueryObserver(client, query).subscribe(() => undefined);
  const changed = [1, 2].map(() => client.invalidateQueries({ queryKey: ['events'] }));
  expect(reads.map(({ signal }) => signal.aborted)).toEqual([false]);
  reads[0]?.answer(0);
  await expect.poll(() => reads).toHaveLength(2);
  expect(stored()).toBe(0);
  reads[1]?.answer(1);
  await Promise.all(changed);
  expect([stored(), reads.length]).toEqual([1, 2]);
  stop();
});

it('lets a slow reading come to its end where changes are told again and again, and reads anew then, once', async () => {
  const { client, reads, query, stored } = createReads();
  const stop = new QueryObserver(client, query).subscribe(() => undefined);
  reads[0]?.answer(0);
  await expect.poll(stored).toBe(0);
  const told = () => client.invalidateQueries({ queryKey: ['events'] }, { cancelRefetch: false });
  const changed = [told(), told(), told()];
  await expect.poll(() => reads).toHaveLength(2);
  reads[1]?.answer(1);
  await expect.poll(() => reads).toHaveLength(3);
  expect([stored(), reads[1]?.signal.aborted]).toEqual([1, false]);
  reads[2]?.answer(2);
  await Promise.all(changed);
  expect([stored(), reads.length]).toEqual([2, 3]);
  stop();
});

it('keeps nothing that was fetched beforehand and has changed meanwhile', async () => {
  const { client, reads, query, stored } = createReads();
  const fetched = client.prefetchQuery(query);
  await client.invalidateQueries({ queryKey: ['events'] });
  reads[0]?.answer(0);
  await fetched;
  expect([stored(), reads[0]?.signal.aborted]).toEqual([undefined, true]);
});
