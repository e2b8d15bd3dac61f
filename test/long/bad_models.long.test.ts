import { generateKeyPairSync } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signModelFolder, writeModelFolder } from '@tidewatch/models';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scoreOfNth, writeSenders } from '../../apps/scorer/onnx_model.fixture.ts';
import { flowFeatures, flows, type Written, writtenFolder } from '../../libs/onnx/written_folder.ts';
import {
  endlessModel,
  linearModel,
  memoryBomb,
  modelWithDataIn,
  node,
  tensor,
  writeOnnx,
} from '../../libs/onnx/written_models.ts';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';

const graph = (nodes: readonly object[]) =>
  writeOnnx({
    nodes,
    inputs: [tensor('rows', [undefined, 2])],
    outputs: [tensor('score', [undefined, 1])],
  });
const nan = graph([node('Sub', ['rows', 'rows'], ['zero']), node('Div', ['zero', 'zero'], ['score'])]);
const [sent, received] = flowFeatures;

/** What is wrong, how it is written, what is done to it behind the signature, and the reason that is told. */
const bad: readonly (readonly [string, Written, ((folder: string) => Promise<void>) | undefined, string])[] =
  [
    [
      'hash',
      {},
      (folder) => appendFile(join(folder, 'card.md'), ' '),
      'card.md: it is not the file whose hash',
    ],
    ['signature', {}, (folder) => appendFile(join(folder, 'manifest.yml'), '# later\n'), 'manifest.sig'],
    [
      'feature',
      { features: [sent, { ...received, field: 'destination.octets' }] as object[] },
      undefined,
      'no event of golden.ndjson has a value for received',
    ],
    ['shape', { model: linearModel([1, 2, 3], 0) }, undefined, 'rows takes 3 columns; the features make 2'],
    ['golden', { golden: flows.map((event) => ({ event, score: 0.5 })) }, undefined, 'the score is 0.36'],
    [
      'nan',
      { model: nan, onnx: { output: { name: 'score', column: 0 } } },
      undefined,
      'the model answers NaN',
    ],
    ['data', { model: modelWithDataIn('/etc/passwd') }, undefined, 'lies in another file, /etc/passwd'],
    [
      'domain',
      { model: graph([node('Run', ['rows'], ['score'], [], 'com.example')]) },
      undefined,
      'com.example',
    ],
    ['bomb', { model: memoryBomb() }, undefined, 'more memory than the 3072 MiB'],
    ['endless', { model: endlessModel(), onnx: { loops: true } }, undefined, 'more than 10000 ms'],
    ['truncated', { model: linearModel([1, 2], 0).subarray(0, 90) }, undefined, 'is no whole ONNX model'],
  ];

const most = 1_000;
let server: RunningServer;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-bad-models-'));
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const ours = join(directory, 'ours.pub');
  await writeFile(ours, publicKey.export({ type: 'spki', format: 'pem' }));
  const models = join(directory, 'models');
  await writeSenders(join(models, 'senders/1'), most);
  await signModelFolder(join(models, 'senders/1'), key);
  for (const [name, written, damage] of bad) {
    const { manifest, files } = writtenFolder(written);
    const { files: _, ...draft } = manifest;
    const folder = join(models, `bad-${name}`, '1');
    await writeModelFolder(folder, { ...draft, name: `bad-${name}` }, Object.fromEntries(files));
    await signModelFolder(folder, key);
    await damage?.(folder);
  }
  const config = JSON.stringify({ models: { paths: [models], trusted_keys: [ours] } });
  server = await startServer({ config });
}, 120_000);
afterAll(async () => {
  await server?.dispose();
  await rm(directory, { recursive: true });
});

const promote = (name: string) =>
  server
    .api<object>(`/api/models/${name}/versions/1/promote`, {
      method: 'POST',
      body: { to: name === 'senders' ? 'live' : 'shadow', why: 'a test', force: true },
    })
    .then(
      () => 'promoted',
      (error: Error) => error.message,
    );

async function send(sequence: number): Promise<void> {
  const event = {
    '@timestamp': new Date().toISOString(),
    event: { category: ['network'], sequence },
    user: { name: 'alice' },
    source: { bytes: 0 },
  };
  const headers = { 'content-type': 'application/x-ndjson' };
  const answer = await fetch(`${server.ingest}/ingest/flows`, {
    method: 'POST',
    headers,
    body: `${JSON.stringify(event)}\n`,
  });
  expect(answer.status).toBe(200);
}

const scores = () =>
  server.api<{ total: number; items: { tidewatch: { score: { value: number } } }[] }>(
    '/api/events?limit=500&from=now-1d&to=now%2B1d&q=event.dataset%3A%20tidewatch.scores',
  );

it('refuses each of eleven bad models with its reason, while a live one scores on as if nothing were there', async () => {
  expect(await promote('senders')).toBe('promoted');
  let over = false;
  const inTurn = async (names: readonly string[]) => {
    const said: string[] = [];
    for (const name of names) said.push(await promote(`bad-${name}`));
    return said;
  };
  // The endless one takes its ten seconds beside the others, which have as many each.
  const names = bad.map(([name]) => name).filter((name) => name !== 'endless');
  const asked = Promise.all([inTurn(names), inTurn(['endless'])]).finally(() => {
    over = true;
  });
  let sentEvents = 0;
  while (!over || sentEvents < 5) {
    await send(sentEvents++);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const said = (await asked).flat();
  for (const [i, name] of [...names, 'endless'].entries()) {
    const reason = bad.find(([one]) => one === name)?.[3] as string;
    expect(said[i], name).toContain('answered 409');
    expect(said[i], name).toContain(reason);
  }
  const { items } = await eventually(scores, ({ total }) => total >= sentEvents);
  // What its windows remember says that none was lost and none counted twice.
  expect(items.map(({ tidewatch }) => tidewatch.score.value).sort((a, b) => a - b)).toEqual(
    Array.from({ length: sentEvents }, (_, i) => expect.closeTo(scoreOfNth(i + 1, most), 5)),
  );
  const { models } = await server.api<{
    models: { name: string; versions: { stage: string; runs: boolean }[] }[];
  }>('/api/models');
  expect(models.find(({ name }) => name === 'senders')?.versions).toMatchObject([
    { stage: 'live', runs: true },
  ]);
  expect(
    models.filter(({ name }) => name.startsWith('bad-')).map(({ versions }) => versions[0]?.stage),
  ).toEqual(bad.map(() => 'candidate'));
}, 120_000);
