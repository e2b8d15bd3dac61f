import { Readable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { differs } from './durable_file.ts';

const codes: Record<string, string> = { '/busy': 'EMFILE', '/gone': 'ENOENT', '/bad': 'EIO' };
vi.mock('node:fs', () => ({
  createReadStream: (path: string) =>
    new Readable({
      read() {
        this.destroy(Object.assign(new Error(path), { code: codes[path] }));
      },
    }),
}));

it('takes a file for damaged for its own fault alone', async () => {
  expect(await differs('/gone', { sha256: '' })).toBe(true);
  expect(await differs('/bad', { sha256: '' })).toBe(true);
  await expect(differs('/busy', { sha256: '' })).rejects.toMatchObject({ code: 'EMFILE' });
});
