import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigmaEngine, loadRules } from '@tidewatch/sigma';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { benignLines } from '../../test/bench/models/benign_lines.ts';
import { Evasion } from './evasion.ts';
import { readEvasionModel, writeEvasionModel } from './model_folder.ts';
import { rulesAbout, type Trained, trainEvasion } from './train.ts';
import { lineTypes } from './types.ts';

const benign = benignLines(3_000, 11);
const statement = {
  name: 'evasion',
  version: '1',
  author: 'alice',
  license: 'Apache-2.0',
  benign: 'of tests',
  falsePositives: 0.01,
};
const loaded = await loadRules({ paths: [join(import.meta.dirname, '../../rules')] });
const rules = rulesAbout(loaded.rules, 'process');
let trained: Trained;
let evasion: Evasion;
let folder = '';
beforeAll(async () => {
  trained = await trainEvasion(loaded.rules, { type: 'process', benign });
  evasion = new Evasion(trained.model);
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-evasion-'));
});
afterAll(() => rm(folder, { recursive: true }));

const edited = 'wev^tut""il.exe c^l Security';

it('finds a line that no rule catches, and says which would have and why', () => {
  expect(createSigmaEngine(rules).evaluate(lineTypes.process.event(edited))).toEqual([]);
  expect(evasion.score([edited, 'ipconfig /all']).map(({ verdict }) => verdict)).toEqual([
    'evasion',
    'benign',
  ]);
  const { rules: near, tokens } = evasion.attribute(edited);
  expect(near[0]?.title).toBe('Log cleared from the command line');
  expect(near[0]?.wanted).toContainEqual({ value: '*\\wevtutil.exe', instead: 'wev^tut""il.exe' });
  expect(tokens).toContain('wevtutil');
});

it('is not talked out of it by what is appended', () => {
  const padding = benignLines(20, 12).join(' ');
  expect(evasion.score([`${edited} ${padding}`])[0]?.verdict).toBe('evasion');
});

it('calls few of benign lines that it has not seen evasions, and unknown words novel', () => {
  const known = new Set(benign);
  const fresh = benignLines(2_000, 13).filter((line) => !known.has(line));
  const found = evasion.score(fresh).filter(({ verdict }) => verdict === 'evasion');
  expect(found.length / fresh.length).toBeLessThan(0.03);
  expect(evasion.score(['zzqq yyqq wwqq vvqq'])[0]?.verdict).toBe('novel');
});

it('makes the same model of the same rules, lines and seed', async () => {
  const again = await trainEvasion(loaded.rules, { type: 'process', benign });
  expect(again.model).toEqual(trained.model);
});

it('learns from what people said of lines: one is cleared, as it is with other numbers, and one is found', async () => {
  const [cleared, missed] = ['reg save hkcu\\console 70000', 'pwsh -WindowStyle Hidden 7'];
  const said = (by: Evasion) => by.score([cleared, missed]).map(({ verdict }) => verdict);
  const verdicts = [
    { line: cleared, evasion: false },
    { line: missed, evasion: true },
  ];
  const retrained = await trainEvasion(loaded.rules, { type: 'process', benign, verdicts });
  const next = new Evasion(retrained.model);
  expect([said(evasion), said(next)]).toEqual([
    ['evasion', 'benign'],
    ['benign', 'evasion'],
  ]);
  const [other, edit] = next.score([cleared.replace('70000', '80000'), edited]);
  expect([other?.score, edit?.verdict]).toEqual([0, 'evasion']);
  await writeEvasionModel(folder, retrained, statement);
  expect(said(await readEvasionModel(folder))).toEqual(['benign', 'evasion']);
});

it('refuses to train on too little', async () => {
  const few = trainEvasion(loaded.rules, { type: 'process', benign: benign.slice(0, 5) });
  await expect(few).rejects.toMatchObject({ code: 'EVASION_FEW_BENIGN' });
  await expect(trainEvasion([], { type: 'process', benign })).rejects.toMatchObject({
    code: 'EVASION_NO_RULES',
  });
});

it('scores from its folder as before, and holds no benign line', async () => {
  await writeEvasionModel(folder, trained, statement);
  expect((await readEvasionModel(folder)).score(benign)).toEqual(evasion.score(benign));
  const texts = await Promise.all(
    ['weights.json', 'golden.ndjson', 'card.md'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  expect(benign.filter((line) => line.length > 20 && texts.some((text) => text.includes(line)))).toEqual([]);
});

it('refuses a model whose files were changed, or whose golden scores differ', async () => {
  await writeEvasionModel(folder, trained, statement);
  await appendFile(join(folder, 'golden.ndjson'), '{}\n');
  await expect(readEvasionModel(folder)).rejects.toMatchObject({ code: 'MODEL_REFUSED' });
  const other = { ...trained, model: { ...trained.model, bias: trained.model.bias + 1 } };
  await writeEvasionModel(folder, other, statement);
  const weights = JSON.stringify(trained.model);
  await writeEvasionModel(folder, trained, statement);
  const right = await readFile(join(folder, 'manifest.yml'), 'utf8');
  await writeEvasionModel(folder, other, statement);
  const wrong = await readFile(join(folder, 'manifest.yml'), 'utf8');
  const hash = (text: string) => /weights\.json: (\w+)/.exec(text)?.[1] as string;
  await writeFile(join(folder, 'weights.json'), weights);
  await writeFile(join(folder, 'manifest.yml'), wrong.replace(hash(wrong), hash(right)));
  await expect(readEvasionModel(folder)).rejects.toMatchObject({ code: 'EVASION_MODEL_INVALID' });
});
