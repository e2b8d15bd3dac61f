import type { JsonObject } from '@tidewatch/event';
import { expect, test } from 'vitest';
import { parserFile } from '../parsers/parser_file.ts';
import { tryProcessor } from '../parsers/try.suite.ts';
import { processors } from './index.ts';

const examples = [...processors.values()].flatMap((processor) =>
  processor.examples.map((example) => [`${processor.name}: ${example.title}`, processor, example] as const),
);

test.each(examples)('%s', (_, { name }, { config, before, after, fails, ends }) => {
  const result = tryProcessor({ [name]: config }, before);
  if (fails !== undefined) expect(result.failed).toMatch(new RegExp(`^${fails}`));
  else if (ends !== undefined) expect(result.ended).toBe(ends);
  else expect(result.fields).toEqual(after);
});

test.each([...processors.values()].map((processor) => [processor.name, processor] as const))(
  '%s has a summary, an example that it passes, and a key for each of its settings',
  (name, { summary, examples }) => {
    expect(summary.endsWith('.')).toBe(true);
    expect(examples.length).toBeGreaterThan(0);
    const file: JsonObject = { name: 'a', title: 'A', match: { contains: 'abc' } };
    for (const { config } of examples)
      expect(parserFile.safeParse({ ...file, processors: [{ [name]: config }] }).error).toBeUndefined();
  },
);
