import { z } from 'zod';

const model = z.object({ name: z.string(), version: z.string() });
const score = z.number().describe('0 to 1');
const threshold = z.number().describe('Score from which it is worth a look');
const features = z
  .array(
    z.object({
      name: z.string(),
      actual: z.union([z.number(), z.string()]).nullable(),
      expected: z.union([z.number(), z.string()]).nullable().describe('Null where the method tells none'),
      contribution: z.number().nullable().describe('Part of the score; null where the method tells none'),
      examples: z.array(z.string()).exactOptional().describe('Some of the values that it counted as new'),
    }),
  )
  .describe('The weightiest first; empty where the method tells none');

export const evasionExplanation = z
  .object({
    engine: z.literal('evasion'),
    model,
    score,
    threshold,
    path: z.string().describe('Field that was scored'),
    value: z.string(),
    rules: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          score: z.number().describe('Share of what the rule asks for that is there'),
          wanted: z.array(z.object({ value: z.string(), instead: z.string().nullable() })),
        }),
      )
      .describe('The nearest rules, best first'),
    tokens: z.array(z.string()).describe('Words that made the score, the weightiest first'),
  })
  .meta({ id: 'EvasionExplanation' });

export const onnxExplanation = z
  .object({
    engine: z.literal('onnx'),
    model,
    score,
    threshold,
    meaning: z.string().describe('What a score says'),
    method: z.string().describe('How the contributions were found, or why there are none'),
    features,
  })
  .meta({ id: 'OnnxExplanation' });

export const forestExplanation = z
  .object({
    engine: z.literal('forest'),
    score,
    grade: z.number().describe('How far beyond what is usual it is: above 0, up to 1'),
    confidence: z.number().describe('How much the forest knew: 0 to 1'),
    interval: z.object({ from: z.number(), to: z.number() }).describe('Epoch milliseconds, end exclusive'),
    features,
  })
  .meta({ id: 'ForestExplanation' });
