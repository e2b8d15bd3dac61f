import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, _ and -, a letter first');
const text = (most: number) => z.string().trim().min(1).max(most);
const share = z.number().min(0).max(1);

/** What `manifest.yml` of a model's folder says. */
export const manifestSchema = z.strictObject({
  name: name.describe('what the model is called; the folder above that of its versions'),
  version: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6}){0,2}$/, 'e.g. 3 or 1.4.0')
    .describe('digits and dots'),
  kind: z.enum(['onnx', 'svm', 'forest']).describe('what runs it'),
  events: text(1_000).describe('the events it is for, in KQL'),
  score: z.strictObject({
    meaning: text(1_000).describe('what a score says, for the person who reads it'),
    threshold: share.describe('score from which there is something to look at'),
    calibration: text(1_000).describe('how the threshold was found'),
  }),
  explanation: text(1_000).describe('how it is told what made a score'),
  data: z.strictObject({
    class: name.describe('data class of its scores'),
    training: text(2_000).describe('what it was trained on'),
  }),
  author: text(200),
  license: text(100).describe('SPDX identifier, or LicenseRef-…'),
  tolerance: z.number().positive().max(0.1).default(1e-5).describe('what a golden score may differ by'),
  files: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/, 'the name of a file in the folder'),
      z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in hexadecimal digits'),
    )
    .describe('SHA-256 of each file beside the manifest'),
});

export type Manifest = z.infer<typeof manifestSchema>;
