import { join } from 'node:path';
import { type ReadModelFolder, readModelFolder } from '@tidewatch/models';
import { beforeAll, expect, it } from 'vitest';
import type { EvasionModel } from './model.ts';
import { openEvasionModel } from './model_folder.ts';

let shipped: ReadModelFolder;
let model: EvasionModel;
beforeAll(async () => {
  shipped = await readModelFolder(join(import.meta.dirname, '../../models/evasion/1'));
  model = JSON.parse(`${shipped.files.get('weights.json')}`);
});

const openedWith = (file: string, text: string) =>
  openEvasionModel({
    ...shipped,
    files: new Map([...shipped.files, [file, Buffer.from(text)]]),
  });

const golden = (count: number) => `${'{"line":"a","score":0}\n'.repeat(count)}`;
const rarities = (rarity: number) => ({
  outline: { ...model.outline, rarity: model.outline.rarity.map(() => rarity) },
});
it.each<[string, () => readonly [file: string, text: string], string]>([
  // Shares would be 0 of 0, and scores no numbers.
  [
    'words of no rarity',
    () => ['weights.json', JSON.stringify({ ...model, ...rarities(0) })],
    'outline.rarity.0',
  ],
  [
    'too many words',
    () => ['weights.json', JSON.stringify({ ...model, weights: new Array(100_001).fill(1) })],
    'weights.json is not right at weights',
  ],
  ['too many bytes', () => ['weights.json', ' '.repeat(2 ** 24 + 1)], 'more than 16777216 bytes'],
  ['too many golden lines', () => ['golden.ndjson', golden(10_001)], 'more than 10000 lines'],
])('refuses a model with %s', (_, written, reason) => {
  expect(() => openedWith(...written())).toThrow(
    expect.objectContaining({ code: 'EVASION_MODEL_INVALID', message: expect.stringContaining(reason) }),
  );
});
