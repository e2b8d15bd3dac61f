import { describe, expect, it } from 'vitest';
import {
  contributionBars,
  type EvasionExplanation,
  explanationSentence,
  insteadSpans,
  isRule,
  type OnnxExplanation,
} from './explanation.ts';

const model = { name: 'lines', version: '1' };
const evasion: EvasionExplanation = {
  engine: 'evasion',
  ...{ model, score: 0.93, threshold: 0.8, path: 'process.command_line', value: 'cu^rl -O X; Curl.exe' },
  rules: [
    {
      ...{ id: 'r1', title: 'Download', score: 0.9 },
      wanted: [
        { value: 'wget', instead: 'cu^rl X;' },
        { value: '-q', instead: null },
      ],
    },
  ],
  tokens: [],
};
const onnx: OnnxExplanation = {
  engine: 'onnx',
  ...{ model, score: 0.5, threshold: 0.4, meaning: 'odd', method: 'error per feature' },
  features: [
    { name: 'bytes', actual: 1_234_567, expected: 10, contribution: 0.6 },
    { name: 'hour', actual: '03:00', expected: null, contribution: -0.15 },
    { name: 'user', actual: null, expected: null, contribution: null },
  ],
};

describe('explanationSentence', () => {
  it('names the rule that a line is near to', () =>
    expect(explanationSentence(evasion)).toBe(
      'Fired because process.command_line is near to what “Download” looks for: its score is 93.0 %, and 80 % is worth a look.',
    ));
  it('names what raised a score, and not what lowered it', () =>
    expect(explanationSentence(onnx)).toBe(
      'Fired because of bytes: its score is 50 %, and 40 % is worth a look.',
    ));
  it('does not compare the highest score with itself', () =>
    expect(explanationSentence({ ...onnx, score: 1, threshold: 1 })).toBe(
      'Fired because of bytes: its score is the highest there is.',
    ));
  it('says the score alone where the method tells no more', () =>
    expect(explanationSentence({ ...onnx, features: [] })).toBe(
      'Fired because its score is 50 %, and 40 % is worth a look.',
    ));
});

it('draws contributions beside the longest', () =>
  expect(contributionBars([...onnx.features, { ...onnx.features[2]!, examples: ['203.0.113.9'] }])).toEqual([
    { name: 'bytes', actual: '1,234,600', expected: '10', contribution: 0.6, length: 1, examples: [] },
    { name: 'hour', actual: '03:00', expected: '–', contribution: -0.15, length: 0.25, examples: [] },
    { name: 'user', actual: '–', expected: '–', contribution: null, length: 0, examples: [] },
    { name: 'user', actual: '–', expected: '–', contribution: null, length: 0, examples: ['203.0.113.9'] },
  ]));

it('marks what stands in the place of what was asked for', () => {
  expect(insteadSpans(evasion)).toEqual([
    [0, 5],
    [9, 11],
  ]);
  expect(insteadSpans({ ...evasion, value: 'nothing of it' })).toEqual([]);
});

it('offers exceptions for rules alone', () => {
  expect(isRule(evasion)).toBe(false);
  expect(isRule({ engine: 'correlation' })).toBe(true);
});
