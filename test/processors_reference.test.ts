import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinJsonSchema, parserJsonSchema, processorGroups } from '@tidewatch/normalize';
import { expect, test } from 'vitest';
import { processorsReference } from '../scripts/processors_reference.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../docs', file), 'utf8');

test('docs/processors.md is what the processors say: else npm run generate', () => {
  expect(read('processors.md')).toBe(processorsReference());
});

test.each([
  ['parser.schema.json', parserJsonSchema],
  ['join.schema.json', joinJsonSchema],
])('docs/%s is what the files may hold: else npm run generate', (file, schema) => {
  expect(JSON.parse(read(file))).toEqual(JSON.parse(JSON.stringify(schema())));
});

test.each(processorGroups.flatMap(({ processors }) => processors.map(({ name }) => name)))(
  '%s stands in the reference and in the schema of parser files',
  (name) => {
    expect(read('processors.md')).toContain(`\n### ${name}\n`);
    expect(read('parser.schema.json')).toContain(`"${name}": {`);
  },
);
