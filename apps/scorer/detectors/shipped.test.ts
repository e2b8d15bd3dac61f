import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../../test/require.ts';
import { parseDefinition } from './definition.ts';
import { witnessTest } from './witness.ts';

const folder = join(root, 'detectors');
const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));

it('reads those that ship, and passes by events that none of them looks at', () => {
  expect(files).toHaveLength(8);
  const all = files.map((file) => parseDefinition(readFileSync(join(folder, file), 'utf8')));
  const definitions = all.map((read) => {
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    return read.definition;
  });
  const witness = witnessTest(definitions.map(({ filter }) => filter));
  expect(witness?.test('{"event":{"category":["configuration"]},"message":"cron started"}')).toBe(false);
  expect(witness?.test('{"event":{"category":["Authentication"]},"user":{"name":"alice"}}')).toBe(true);
});

it.each([
  ['id: x\ntitle: x\nfilter: "a: ("\ninterval: 1m\nfeatures: [{name: n, aggregate: count}]', 'filter'],
  ['id: x\ntitle: x\nfilter: a\ninterval: 7m\nfeatures: [{name: n, aggregate: count}]', 'interval'],
  ['id: x\ntitle: x\nfilter: a\ninterval: 1m\nfeatures: [{name: n, aggregate: sum}]', 'features.0.field'],
  ['id: x\ntitle: x\nfilter: a\ninterval: 1m\nfeatures: [{name: n, aggregate: share}]', 'features.0.where'],
  ['id: x\ntitle: x\nfilter: a\ninterval: 1m\nby: [a, b, c]\nfeatures: [{name: n, aggregate: count}]', 'by'],
  [
    'id: x\ntitle: x\nfilter: a\ninterval: 1m\nby: [__proto__]\nfeatures: [{name: n, aggregate: count}]',
    'by.0',
  ],
  ['id: x\ntitle: x\nfilter: a\ninterval: 1m\nfeatures: []', 'features'],
  ['id: x\ntitel: x\nfilter: a\ninterval: 1m\nfeatures: [{name: n, aggregate: count}]', 'titel'],
])('says what is wrong with %j', (text, path) => {
  const read = parseDefinition(text);
  expect(read.ok ? [] : read.faults.map((fault) => fault.path)).toContain(path);
});
