import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModelFolder, writeModelFolder } from '@tidewatch/models';
import { startModelThread } from '@tidewatch/onnx';
import { createFileSnapshots } from '@tidewatch/stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writtenFolder } from '../../libs/onnx/written_folder.ts';
import { writeOnnx } from '../../libs/onnx/written_models.ts';
import { bundled } from '../../test/bundle.ts';
import { scoreOfNth, sending, writeSenders } from './onnx_model.fixture.ts';
import { withPosition } from './position.ts';
import type { ModelAtWork } from './protocol.ts';
import { moment, openSite, programs, recordOf } from './scorer.suite.ts';
import { createScoring } from './scoring.ts';

let site: Awaited<ReturnType<typeof openSite>>;
let model: ModelAtWork;
beforeEach(async () => {
  site = await openSite();
  const folder = join(site.marks, 'senders');
  await writeSenders(folder, 4);
  const { digest } = await readModelFolder(folder);
  model = { folder, name: 'senders', version: '1', stage: 'live', digest };
});
afterEach(() => site.dispose());

const send = (id: string, bytes?: number) => site.events.append([recordOf(sending(id, moment, bytes))]);
const scored = async () =>
  (await site.scores()).map(({ tidewatch }) => {
    const { of, value } = tidewatch.score as { of: string; value: number };
    return [of, Number(value.toFixed(6))];
  });

it('scores with what its windows remember, over a restart, and says what made the score', async () => {
  const first = site.startScorer({ models: [model] });
  for (const id of ['e1', 'e2', 'e3']) await send(id);
  await first.drain();
  expect(await site.alerts()).toEqual([]);
  await first.close();
  const again = site.startScorer({ models: [model] });
  await send('e4');
  await again.drain();
  expect(await scored()).toEqual([1, 2, 3, 4].map((n) => [`e${n}`, scoreOfNth(n, 4)]));
  const [alert, ...others] = await site.alerts();
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ detector: { engine: 'onnx', id: 'senders', title: 'Odd flow' }, count: 1 });
  expect(alert?.key).toEqual([{ field: 'event.dataset', value: 'flows' }]);
  expect(alert?.matches[0]?.explanation).toMatchObject({
    engine: 'onnx',
    score: 1,
    features: [
      { name: 'often', actual: 4, expected: 2, contribution: 1 },
      { name: 'bytes', actual: 0, expected: 0, contribution: 0 },
    ],
  });
  await again.close();
});

it('has no score for a row that the model cannot answer, and one for each beside it', async () => {
  const scorer = site.startScorer({ models: [model] });
  await site.events.append([
    recordOf(sending('e1', moment)),
    recordOf(sending('odd', moment, 1e39)),
    recordOf(sending('e3', moment)),
  ]);
  await scorer.drain();
  expect(await scored()).toEqual([
    ['e1', scoreOfNth(1, 4)],
    ['e3', scoreOfNth(3, 4)],
  ]);
  const labels = { model: 'senders', version: '1', stage: 'live', phase: 'score' };
  expect(await site.metrics.value('model_errors_total', labels)).toBe(1);
  expect(scorer.trouble()).toEqual([]);
  await scorer.close();
});

it('loses nothing when its thread dies in a batch', async () => {
  const onnx = bundled(new URL('./dying_model.fixture.ts', import.meta.url));
  const mark = join(tmpdir(), `tidewatch-died-${process.pid}`);
  const scorer = site.startScorer({ models: [model], programs: { ...programs, onnx } });
  await site.events.append(['e1', 'e2', 'e3'].map((id) => recordOf(sending(id, moment))));
  await scorer.drain();
  await rm(mark);
  expect(await scored()).toEqual([1, 2, 3].map((n) => [`e${n}`, scoreOfNth(n, 4)]));
  const labels = { model: 'senders', version: '1', stage: 'live', phase: 'score' };
  expect(await site.metrics.value('model_errors_total', labels)).toBe(0);
  await scorer.close();
});

it('begins anew where what it remembered cannot be read, and says so', async () => {
  const kept = { [`senders 1 ${model.digest}`]: { state: Buffer.from('nothing').toString('base64') } };
  const snapshot = withPosition(0, Buffer.from(JSON.stringify(kept)));
  await createFileSnapshots(join(site.marks, 'snapshots')).save('scorer', '0', snapshot);
  const scorer = site.startScorer({ models: [model] });
  await send('e1');
  await scorer.drain();
  expect(await scored()).toEqual([['e1', scoreOfNth(1, 4)]]);
  const labels = { model: 'senders', version: '1', stage: 'live', phase: 'restore' };
  expect(await site.metrics.value('model_errors_total', labels)).toBe(1);
  await scorer.close();
});

it('is not told what another of its name and version remembered', async () => {
  const first = site.startScorer({ models: [model] });
  await send('e1');
  await first.drain();
  await first.close();
  await writeSenders(model.folder, 8);
  const other = { ...model, digest: (await readModelFolder(model.folder)).digest };
  const again = site.startScorer({ models: [other] });
  await send('e2');
  await again.drain();
  expect(await scored()).toEqual([
    ['e1', scoreOfNth(1, 4)],
    ['e2', scoreOfNth(1, 8)],
  ]);
  await again.close();
});

it('counts events once in its windows where a batch comes again as another', async () => {
  let [refused, cut] = [0, 0];
  const scorer = site.startScorer({
    models: [model],
    alerts: {
      apply: (matches) =>
        refused++ === 0 ? Promise.reject(new Error('busy')) : site.store.alerts.apply(matches),
    },
    // The stream may hand over fewer records the second time.
    events: {
      ...site.events,
      subscribe: ({ process, ...options }) =>
        site.events.subscribe({
          ...options,
          process: (batch) =>
            process(refused === 1 && cut++ === 0 ? { ...batch, records: batch.records.slice(0, 2) } : batch),
        }),
    },
  });
  await site.events.append(['e1', 'e2', 'e3', 'e4'].map((id) => recordOf(sending(id, moment))));
  await expect.poll(() => refused, { timeout: 20_000 }).toBe(2);
  await scorer.drain();
  expect(await scored()).toEqual([1, 2, 3, 4].map((n) => [`e${n}`, scoreOfNth(n, 4)]));
  await scorer.close();
});

it('does not run what is not what was admitted, and leaves no thread of what cannot be opened', async () => {
  const ended: Promise<unknown>[] = [];
  const scoring = createScoring((port) => {
    ended.push(once(startModelThread(programs.onnx, port), 'exit'));
  });
  const { manifest, files } = writtenFolder({ model: writeOnnx({}) });
  const { files: _, ...draft } = manifest;
  const folder = join(site.marks, 'damaged');
  await writeModelFolder(folder, draft, Object.fromEntries(files));
  const { digest } = await readModelFolder(folder);
  const damaged: ModelAtWork = { folder, name: 'odd-flows', version: '1', stage: 'live', digest };
  const replaced: ModelAtWork = { ...model, digest };
  const { loaded } = await scoring({
    ask: 'load',
    models: [damaged, replaced],
    busy: new SharedArrayBuffer(4),
    window: { scores: 2_000, ms: 1 },
  });
  expect(loaded).toMatchObject({
    models: [],
    faults: [
      { model: 'odd-flows 1', phase: 'load' },
      { model: 'senders 1', message: expect.stringContaining('its manifest is another') },
    ],
  });
  await Promise.all(ended);
  expect(ended).toHaveLength(1);
});
