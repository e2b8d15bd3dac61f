import { expect, it } from 'vitest';
import { createDocumentVersions, type DocumentVersions } from './document_versions.ts';

type Record = Parameters<DocumentVersions['take']>[0];

const bytes = (headers: Readonly<{ [name: string]: string }>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));

const record = (offset: number, path: string, text: string | null, headers = {}): Record => ({
  offset: String(offset),
  key: Buffer.from(path),
  value: text === null ? null : Buffer.from(text),
  headers: bytes(headers),
});

function taken(...records: readonly Record[]): DocumentVersions {
  const versions = createDocumentVersions();
  for (const each of records) versions.take(each);
  return versions;
}

it('of three that change one version the first counts, whatever the others do', () => {
  const first = record(0, 'a', 'one');
  const seen = taken(first).condition('a');
  const versions = taken(first);
  expect(versions.take(record(1, 'a', 'by B', seen))).toBe(true);
  expect(versions.take(record(2, 'a', 'by C', seen))).toBe(false);
  expect(versions.take(record(3, 'a', 'by D', seen))).toBe(false);
  expect(versions.texts.get('a')).toBe('by B');
  expect([...versions.overtaken]).toEqual(['a']);
  // What is written again behind them counts, unless somebody changed it meanwhile.
  const again = versions.condition('a');
  expect(versions.take(record(4, 'a', 'by E', again))).toBe(true);
  expect(versions.take(record(5, 'a', 'by B', again))).toBe(false);
  expect(versions.texts.get('a')).toBe('by E');
});

it('what is made, deleted and made again is told apart', () => {
  const none = taken().condition('a');
  const versions = taken(record(0, 'a', 'one', none));
  expect(versions.take(record(1, 'a', 'another', none))).toBe(false);
  const one = versions.condition('a');
  expect(versions.take(record(2, 'a', null, one))).toBe(true);
  expect(versions.texts.has('a')).toBe(false);
  expect(versions.take(record(3, 'a', 'late', one))).toBe(false);
  expect(versions.take(record(4, 'a', 'anew', versions.condition('a')))).toBe(true);
});

it('what stands beside a change counts with it, or not at all', () => {
  const seen = taken(record(0, 'a', 'one')).condition('a');
  const versions = taken(record(0, 'a', 'one'), record(1, 'a', 'two', seen));
  expect(versions.take(record(2, 'before/a', 'one', seen))).toBe(false);
  expect(versions.take(record(3, 'a', 'three', seen))).toBe(false);
  expect(versions.texts.has('before/a')).toBe(false);
  expect([...versions.overtaken]).toEqual(['before/a', 'a']);
});

it('whoever knows of a deletion and who knows nothing any more take what is made anew alike', () => {
  const [deleted, forgotten] = [taken(record(0, 'a', 'one'), record(1, 'a', null)), taken()];
  const anew = [
    record(2, 'a', 'by B', forgotten.condition('a')),
    record(3, 'a', 'by C', deleted.condition('a')),
  ];
  expect(anew.map((each) => deleted.take(each))).toEqual([true, false]);
  expect(anew.map((each) => forgotten.take(each))).toEqual([true, false]);
});

it('after compaction what is left counts', () => {
  const seen = taken(record(7, 'a', 'gone')).condition('a');
  expect(taken(record(9, 'a', 'left', seen)).texts.get('a')).toBe('left');
});

it('what is written without a condition always counts', () => {
  const versions = taken(record(0, 'a', 'one'), record(1, 'a', 'two'));
  expect(versions.texts.get('a')).toBe('two');
});
