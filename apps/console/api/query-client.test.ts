import { QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { createQueryClient } from './query-client.ts';

it('reads anew what changed while it was read for the first time', async () => {
  const client = createQueryClient(() => undefined);
  const reads: ((stored: number) => void)[] = [];
  const query = {
    queryKey: ['events'],
    queryFn: () => new Promise<number>((resolve) => reads.push(resolve)),
  };
  const stop = new QueryObserver(client, query).subscribe(() => undefined);
  const changed = client.invalidateQueries({ queryKey: ['events'] });
  reads[0]?.(0);
  await expect.poll(() => reads).toHaveLength(2);
  reads[1]?.(1);
  await changed;
  expect(client.getQueryData(['events'])).toBe(1);
  stop();
});
