import { z } from 'zod';
import { ecsTypeOf } from '../ecs_types.ts';
import { compileArithmetic } from './arithmetic.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { workWriter } from './work.ts';

const expression = z
  .string()
  .max(1_000)
  .superRefine((text, context) => {
    try {
      compileArithmetic(text);
    } catch (error) {
      context.addIssue((error as Error).message);
    }
  });

/** Calculates. */
export const calculate = defineProcessor({
  name: 'calculate',
  summary:
    'Sets fields to what numbers, fields, `+ - * / %` and brackets give, rounded where ECS has whole numbers; nothing where a field is missing or no number, or by zero.',
  config: z
    .record(fieldPath, expression)
    .describe('Expression by field.')
    .meta({ examples: [{ 'event.duration': '_ms * 1000000' }] }),
  examples: [
    {
      title: 'numbers, also in texts',
      config: {
        'event.duration': '(_s + _ms / 1000) * 1000000000',
        a: '-_s % 2 - -1',
        b: '_none * 2',
        c: '1 / 0',
      },
      before: { _s: '3', _ms: 500 },
      after: { _s: '3', _ms: 500, event: { duration: 3_500_000_000 }, a: 0 },
    },
    {
      title: 'a fraction that no double holds',
      config: { 'event.duration': '_s * 1000000000', 'a.b': '_s * 2' },
      before: { _s: 2.000123 },
      after: { _s: 2.000123, event: { duration: 2_000_123_000 }, a: { b: 4.000246 } },
    },
  ],
  create(config) {
    const results = Object.entries(config).map(([path, text]) => ({
      resultOf: compileArithmetic(text),
      write: workWriter(path),
      isWhole: ['long', 'integer'].includes(ecsTypeOf(path) ?? ''),
    }));
    return (work) => {
      for (const { resultOf, write, isWhole } of results) {
        const value = resultOf(work);
        if (value !== undefined) write(work, isWhole ? Math.round(value) : value);
      }
      return undefined;
    };
  },
});
