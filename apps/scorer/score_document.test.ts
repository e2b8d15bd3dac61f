import { readHead } from '@tidewatch/event';
import { isDerived } from '@tidewatch/window';
import { expect, it } from 'vitest';
import { type Score, scoreClass, scoreRecord } from './score_document.ts';

const score: Score = {
  engine: 'forest',
  name: 'logons',
  version: '1',
  stage: 'live',
  value: 0.93,
  threshold: 0.9,
  of: 'alice 60000',
  time: 120_000,
  ingested: 180_000,
  dataClass: 'scores',
  entity: [
    { field: 'user.name', value: 'alice' },
    { field: 'host.name', value: 'web1' },
  ],
  details: { grade: 0.4 },
};

it('makes an ECS document of a score, the same whenever it is made again', () => {
  const record = scoreRecord(score);
  const position = { partition: 0, offset: 0 };
  const { decoded: _, ...stored } = { ...record, headers: record.headers ?? {}, position, appendedAt: 0 };
  expect(JSON.parse(Buffer.from(record.value).toString())).toEqual({
    '@timestamp': '1970-01-01T00:02:00.000Z',
    user: { name: 'alice' },
    host: { name: 'web1' },
    event: {
      id: record.key,
      dataset: 'tidewatch.scores',
      ingested: '1970-01-01T00:03:00.000Z',
      kind: 'metric',
    },
    tidewatch: {
      source: 'scorer',
      data_class: 'scores',
      score: {
        engine: 'forest',
        name: 'logons',
        version: '1',
        stage: 'live',
        value: 0.93,
        threshold: 0.9,
        of: 'alice 60000',
        grade: 0.4,
      },
    },
  });
  expect(readHead(record.value)).toEqual(record.decoded);
  expect(isDerived(stored)).toBe(true);
  expect(scoreRecord({ ...score })).toEqual(record);
  for (const other of [{ version: '2' }, { name: 'logon' }, { of: 'alice 120000' }])
    expect(scoreRecord({ ...score, ...other }).key).not.toBe(record.key);
});

it('keeps a score no longer than what it rests on, and what is made up with what is made up', () => {
  const classes = {
    scores: { ttlMs: 30, synthetic: false },
    unapproved: { ttlMs: 7, synthetic: false },
    endpoint: { ttlMs: 90, synthetic: false },
    demonstration: { ttlMs: 90, synthetic: true },
  };
  expect(scoreClass(classes, 'scores', 'endpoint')).toBe('scores');
  expect(scoreClass(classes, 'scores', 'unapproved')).toBe('unapproved');
  expect(scoreClass(classes, 'scores', 'demonstration')).toBe('demonstration');
  expect(scoreClass(classes, 'other', 'endpoint')).toBeUndefined();
});
