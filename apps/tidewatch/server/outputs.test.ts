import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputs } from '@tidewatch/inputs';
import type { Log } from '@tidewatch/stream';
import { createWal } from '@tidewatch/stream/wal';
import { createLogger } from '@tidewatch/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Config, configSchema } from '../config/schema.ts';
import { openOutputs as openFor } from './outputs.ts';

let data = '';
let log: Log;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'tidewatch-outputs-'));
  log = open();
});
afterEach(async () => {
  await log.close();
  await rm(data, { recursive: true });
});

const open = (): Log =>
  createWal({ directory: join(data, 'streams'), log: createLogger({ level: 'silent' }) });
const config = (outputs: readonly object[]): Config => configSchema(inputs).parse({ data, outputs });
const openOutputs = (log: Log, config: Config) => openFor(log, config, 86_400_000);
const names = (streams: readonly { readonly name: string }[]) => streams.map(({ name }) => name);

it('opens a stream for each output, and goes on keeping those of outputs that are gone', async () => {
  const first = await openOutputs(
    log,
    config([{ name: 'soar', select: { levels: 'high+' } }, { name: 'b' }]),
  );
  expect(first.outputs).toMatchObject([
    { name: 'soar', select: { levels: ['high', 'critical'] } },
    { name: 'b' },
  ]);
  await first.outputs[1]?.stream.append([{ key: 'k', value: Buffer.from('{}') }]);
  await log.close();
  log = open();
  const second = await openOutputs(log, config([{ name: 'soar' }]));
  expect(names(second.outputs)).toEqual(['soar']);
  expect(names(second.streams)).toEqual(['outputs.soar', 'outputs.b']);
  expect(await second.streams[1]?.deleteBefore(Date.now() + 1)).toMatchObject({ records: 1 });
});

it('keeps outputs within their share of the log’s budget, though nobody reads them', async () => {
  const small = { ...config([{ name: 'soar' }]), stream: { ...config([]).stream, budget: 64 * 1024 ** 2 } };
  await log.close();
  log = createWal({
    directory: join(data, 'streams'),
    segmentBytes: 1024 ** 2,
    log: createLogger({ level: 'silent' }),
  });
  const [output] = (await openOutputs(log, small)).outputs;
  const record = { key: 'k', value: Buffer.alloc(1024 ** 2, 'x') };
  for (let i = 0; i < 40; i++) await output?.stream.append([record]);
  expect((await output?.stream.stats())?.bytes).toBeLessThan(24 * 1024 ** 2);
});

it('refuses two outputs of one name, and names that are no files', () => {
  for (const outputs of [[{ name: 'a' }, { name: 'a' }], [{ name: '../a' }], [{ name: 'A' }]])
    expect(() => config(outputs)).toThrow();
});
