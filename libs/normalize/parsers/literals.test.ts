import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLiteralIndex } from './literals.ts';

const letters = fc.string({
  unit: fc.constantFrom('a', 'b', '%', '-', 'ä', '€'),
  minLength: 3,
  maxLength: 6,
});

it('finds every text that a line has', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(letters, { minLength: 1, maxLength: 30 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '%', '-', 'ä', '€'), maxLength: 60 }),
      (texts, line) => {
        const found = new Set<string>();
        createLiteralIndex(texts.map((text) => [text, text] as const)).visit(line, (text) => found.add(text));
        for (const text of texts) if (line.includes(text)) expect(found).toContain(text);
      },
    ),
  );
});

it('looks at few of many texts', () => {
  const texts = Array.from({ length: 300 }, (_, i) => `%PROG${i}-`);
  const index = createLiteralIndex(texts.map((text) => [text, text] as const));
  const found: string[] = [];
  index.visit('Nov 21 09:08:01 web1 app: nothing that any of them begins with', (text) => found.push(text));
  expect(found).toEqual([]);
  index.visit('Nov 21 09:08:01 fw1 : %PROG17-6-302013: Built', (text) => found.push(text));
  expect(found).toContain('%PROG17-');
  expect(found.length).toBeLessThan(10);
});
