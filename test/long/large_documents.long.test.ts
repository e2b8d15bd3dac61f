import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDuckDbStore } from '../../libs/store/duckdb/index.ts';
import { always, everyone, indexed, kql, suiteClasses } from '../../libs/store/fixtures.suite.ts';
import { random } from '../seed.ts';

it('goes on writing, and counts, where hundreds of documents of a megabyte come in a row', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidewatch-large-'));
  const store = await openDuckDbStore({ directory, classes: suiteClasses });
  const next = random(7);
  const words = Array.from({ length: 80_000 }, () => Math.floor(next() * 2 ** 30).toString(36)).join(' ');
  const text = (at: number) => words.slice(at, at + 480_000);
  await store.events.write(
    Array.from({ length: 14_000 }, (_, i) => indexed({ message: text(i).slice(0, 400) })),
  );
  for (let at = 0; at < 300; at += 5)
    await store.events.write(
      Array.from({ length: 5 }, (_, i) => indexed({ note: text(at + i), event: { original: text(at + i) } })),
    );
  expect(await store.events.count({ range: always }, everyone)).toBe(14_300);
  expect(await store.events.count({ range: always, query: kql('event.original: *') }, everyone)).toBe(300);
  await store.close();
  await rm(directory, { recursive: true });
});
