import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { scoreOfNth, sending, writeSenders } from './onnx_model.fixture.ts';
import type { ModelAtWork } from './protocol.ts';
import { moment, openSite, recordOf } from './scorer.suite.ts';

let site: Awaited<ReturnType<typeof openSite>>;
let model: ModelAtWork;
beforeEach(async () => {
  site = await openSite();
  const folder = join(site.marks, 'senders');
  await writeSenders(folder, 4);
  model = { folder, name: 'senders', version: '1', stage: 'live', digest: 'senders' };
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
