/**
 * A process that ends, or gives up its scoring thread, while a model of ONNX is inside the runtime: `exit.fixture.mjs SCORER ONNX FOLDER
 * HOW`. What became of the batch is printed.
 */
import { pathToFileURL } from 'node:url';
import type { EcsEvent } from '@tidewatch/event';
import { readModelFolder } from '@tidewatch/models';
import type { StreamRecord } from '@tidewatch/stream';
import { createScoringThread } from './thread.ts';

const [scorer = '', onnx = '', folder = '', how] = process.argv.slice(2);
const thread = createScoringThread(
  { scorer: pathToFileURL(scorer), onnx: pathToFileURL(onnx) },
  how === 'late' ? { batchMs: 200 } : {},
);
const { faults } = await thread.load([
  { folder, name: 'odd-flows', version: '1', stage: 'live', digest: (await readModelFolder(folder)).digest },
]);
if (faults.length > 0) throw new Error(JSON.stringify(faults));
const event: EcsEvent = {
  '@timestamp': '2026-05-04T10:00:00.000Z',
  event: { id: 'e1', dataset: 'flows', category: ['network'], ingested: '2026-05-04T10:00:00.000Z' },
  tidewatch: { source: 'web1', data_class: 'network' },
};
const record: StreamRecord = {
  key: '',
  headers: {},
  value: Buffer.from(JSON.stringify(event)),
  position: { partition: 0, offset: 0 },
  appendedAt: 0,
};
const scored = thread.score(0, [record], {}, []).then(
  () => console.log('scored'),
  (error: Error) => console.log(JSON.stringify({ ...error, message: error.message })),
);
// By then the model is inside the runtime; one batch takes it longer.
setTimeout(async () => {
  if (how === 'exit') process.exit(7);
  if (how === 'late') await scored;
  await thread.close();
  await scored;
}, 100);
