/**
 * Trains the model of edited command lines that ships: on the rules of this checkout, and on lines of everyday work of our own
 * making. The same checkout makes the same model: `npx tsx models/train/evasion.ts`.
 */
import { join } from 'node:path';
import { trainEvasion, writeEvasionModel } from '../../libs/evasion/index.ts';
import { loadRules } from '../../libs/sigma/index.ts';
import { benignLines } from '../../test/bench/models/benign_lines.ts';

const root = join(import.meta.dirname, '../..');
/** On unseen lines a rule's own neighbours are what it costs: one line in a thousand may be called an evasion. */
const falsePositives = 0.001;

const { rules } = await loadRules({ paths: [join(root, 'rules')] });
const trained = await trainEvasion(rules, {
  type: 'process',
  benign: benignLines(20_000, 11),
  seed: 11,
  falsePositives,
  onProgress: console.error,
});
await writeEvasionModel(join(root, 'models/evasion/1'), trained, {
  name: 'evasion',
  version: '1',
  author: 'Tidewatch',
  license: 'Apache-2.0',
  benign: 'of everyday work, made by Tidewatch’s own generator',
  falsePositives,
});
console.error(JSON.stringify(trained.counts));
