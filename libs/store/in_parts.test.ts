import { expect, it } from 'vitest';
import { inParts } from './in_parts.ts';

const ids = Array.from({ length: 600 }, (_, at) => String(at));
const sizes = async (charactersOf: (id: string) => number): Promise<number[]> => {
  const found: string[] = [];
  const parts: number[] = [];
  const read = async (some: readonly string[]) => ({
    items: some,
    characters: some.reduce((sum, id) => sum + charactersOf(id), 0),
  });
  for await (const items of inParts(ids, read)) {
    found.push(...items);
    parts.push(items.length);
  }
  expect(found).toEqual(ids);
  return parts;
};

it('reads more together where all are short', async () =>
  expect(await sizes(() => 100)).toEqual([32, 128, 440]));

it('reads few together where they are long, and one where one fills a part', async () => {
  const [first, ...others] = await sizes(() => 1 << 20);
  expect(first).toBe(32);
  expect(others.every((size) => size === 8)).toBe(true);
  expect((await sizes(() => 20 << 20)).slice(1).every((size) => size === 1)).toBe(true);
});
