import { compileFeatures } from '@tidewatch/features';
import { type ManifestOf, manifestSchema } from '@tidewatch/models';
import { expect, it } from 'vitest';
import { createDriftWatch } from './drift_watch.ts';
import { createReferenceWriter } from './reference.ts';
import { started } from './scorer.suite.ts';

const manifest = manifestSchema.parse({
  kind: 'onnx',
  name: 'odd-flows',
  version: '1',
  events: '*',
  score: { meaning: 'odd', threshold: 0.9, calibration: 'none', title: 'Odd flow' },
  explanation: 'none',
  data: { class: 'scores', training: 'none' },
  author: 'alice',
  license: 'Apache-2.0',
  files: {},
  features: [
    { name: 'bytes', field: 'source.bytes', encode: 'log' },
    { name: 'hour', field: '@timestamp', encode: 'cyclic', period: 'day' },
    { name: 'user', field: 'user.name', encode: 'hash', buckets: 64 },
    { name: 'words', field: 'process.command_line', encode: 'ngrams', n: 3, buckets: 128 },
  ],
  onnx: { file: 'model.onnx', input: 'features', output: { name: 'score' } },
}) as ManifestOf<'onnx'>;
const { features } = manifest;
const window = { scores: 1_000, ms: 0 };
const batch = 500;

/** Uniform numbers from 0 to 1, the same for a seed (Mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const commands = ['git status', 'npm test', 'whoami', 'ping 192.0.2.1', 'tar -xf saved.tar'];
const day = 86_400_000;

/** Batches of events of an office: sizes are log-normal, some users are busier than others. */
function office(seed: number) {
  const random = uniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const encoder = compileFeatures(features);
  return (planted: { bytes?: number; hours?: number; command?: string; score?: number } = {}) => {
    const rows = new Float32Array(batch * encoder.width);
    const scores = new Float32Array(batch);
    for (let i = 0; i < batch; i++) {
      const time = Math.floor(day / 2 + (normal() * 2 + (planted.hours ?? 0)) * 3_600_000);
      const line = planted.command ?? commands[Math.floor(random() ** 2 * commands.length)];
      const event = {
        ...started('e', line as string),
        '@timestamp': new Date(time).toISOString(),
        user: { name: `user${Math.floor(40 ** random())}` },
        source: { bytes: Math.expm1(12 + normal() * 0.5 + (planted.bytes ?? 0)) },
      };
      encoder.encode(event, time, rows, i * encoder.width);
      scores[i] = Math.min(1, Math.max(0, 0.3 + 0.1 * normal() + (planted.score ?? 0)));
    }
    return { scores, rows };
  };
}

const watchOf = (over = window) => createDriftWatch(manifest, compileFeatures(features).columns, over);
type Watch = ReturnType<typeof watchOf>;

function run(watch: Watch, make: ReturnType<typeof office>, windows: number, planted = {}) {
  const beyond = new Set<string | null>();
  for (let i = 0; i < (windows * window.scores) / batch; i++) {
    const { scores, rows } = make(planted);
    watch.add(0, scores, rows, 0);
    for (const { feature, ratio } of watch.drift().series) if (ratio > 1) beyond.add(feature);
  }
  return [...beyond];
}

it('raises a shift by one standard deviation within two windows, and nothing in 50 windows without', () => {
  for (const seed of [1, 2, 3]) {
    const make = office(seed);
    const watch = watchOf();
    expect(run(watch, make, 51.5)).toEqual([]);
    expect(watch.drift()).toMatchObject({ windows: 51, scores: 500 });
    const kept = watch.save(0);
    if (kept === undefined) throw new Error('nothing was kept');
    for (const [planted, names] of [
      [{ bytes: 0.5 }, ['bytes']],
      [{ bytes: -0.5 }, ['bytes']],
      [{ hours: 2 }, ['hour']],
      [{ command: 'cmd /c dir' }, ['words']],
      [{ score: 0.1 }, [null]],
    ] as const) {
      const shifted = watchOf();
      shifted.restore(0, kept);
      expect(run(shifted, make, 2, planted)).toEqual(names);
    }
  }
});

it('goes on exactly where a snapshot was made, in the first window and in others', () => {
  const [make, same] = [office(7), office(7)];
  const [watch, first] = [watchOf(), watchOf()];
  let second = first;
  for (let i = 0; i < 11; i++) {
    const [one, other] = [make(), same()];
    watch.add(0, one.scores, one.rows, 0);
    second.add(0, other.scores, other.rows, 0);
    const state = JSON.parse(JSON.stringify(second.save(0)));
    second = watchOf();
    second.restore(0, state);
  }
  expect(second.drift()).toEqual(watch.drift());
  expect(second.drift()).toMatchObject({ windows: 5, scores: 500 });
  expect(second.save(0)).toEqual(watch.save(0));
});

it('ends a window when it has scores and time enough, and tells the partition that moved most', () => {
  const make = office(9);
  const watch = watchOf({ scores: 1_000, ms: day });
  const add = (partition: number, at: number, planted = {}) => {
    const { scores, rows } = make(planted);
    watch.add(partition, scores, rows, at);
  };
  for (const partition of [0, 1]) for (const at of [0, 1, 2, day]) add(partition, at);
  expect(watch.drift()).toEqual({ windows: 1, scores: 0, series: [] });
  for (const partition of [0, 1])
    for (const at of [1, 2, day]) add(partition, day + at, { bytes: partition });
  expect(watch.drift()).toMatchObject({ windows: 1, scores: 3_000 });
  for (const partition of [0, 1]) add(partition, 2 * day + 1, { bytes: partition });
  const bytes = watch.drift().series.find(({ feature }) => feature === 'bytes');
  expect(bytes?.ratio).toBeGreaterThan(1);
  watch.drop(1);
  expect(watch.drift().series.every(({ ratio }) => ratio < 1)).toBe(true);
});

it('compares scores with the quantiles of a manifest from the first window on', () => {
  const { onnx, ...rest } = manifest;
  const scale = { quantiles: Array.from({ length: 101 }, (_, i) => i) };
  const uniformScores = uniform(3);
  for (const orientation of ['higher', 'lower'] as const) {
    const scaled = { ...rest, features: [], onnx: { ...onnx, scale, orientation } };
    const watch = createDriftWatch(scaled, [], window);
    watch.add(0, Float32Array.from({ length: 2_000 }, uniformScores), new Float32Array(), 0);
    expect(watch.drift().series[0]?.ratio).toBeLessThan(1);
    watch.add(
      0,
      Float32Array.from({ length: 2_000 }, () => uniformScores() ** 3),
      new Float32Array(),
      0,
    );
    expect(watch.drift().series[0]?.ratio).toBeGreaterThan(1);
  }
});

it('compares features with what the manifest says of training, from the first window on', () => {
  const { columns } = compileFeatures(features);
  const writer = createReferenceWriter(features, columns);
  const make = office(11);
  for (let i = 0; i < 40; i++) writer.add(make().rows, 0);
  const written = writer.reference();
  const knowing = manifestSchema.parse({ ...manifest, reference: written }) as ManifestOf<'onnx'>;
  const watching = () => createDriftWatch(knowing, columns, window);
  // A site that is other than the training from the beginning has no first window to be used to.
  expect(run(watching(), office(12), 50)).toEqual([]);
  for (const [planted, names] of [
    [{ bytes: 0.5 }, ['bytes']],
    [{ hours: 2 }, ['hour']],
    [{ command: 'cmd /c dir' }, ['words']],
  ] as const) {
    expect(run(watching(), office(12), 1, planted)).toEqual(names);
    expect(run(watchOf(), office(12), 2, planted)).toEqual([]);
  }
  const { bytes, user } = written as { bytes: number[]; user: object };
  for (const reference of [
    ...[{ user: bytes }, { bytes: user }, { words: user }, { nobody: bytes }],
    ...[{ bytes: bytes.toReversed() }, { user: { counts: new Array(65).fill(0) } }],
  ])
    expect(manifestSchema.safeParse({ ...manifest, reference }).error?.issues[0]?.path.slice(0, 2)).toEqual([
      'reference',
      Object.keys(reference)[0],
    ]);
});

it('waits for features that look back until they had the time to', () => {
  const looking = manifestSchema.parse({
    ...manifest,
    features: [
      features[0],
      { name: 'often', aggregate: 'count', by: ['user.name'], over: '1h', encode: 'number' },
    ],
  }) as ManifestOf<'onnx'>;
  const watch = createDriftWatch(looking, compileFeatures(looking.features).columns, window);
  const hour = 3_600_000;
  const compared = [0, 1, hour, hour + 1].map((taken) => {
    watch.add(0, new Float32Array(1_000), new Float32Array(2_000), taken);
    return watch.drift().series.map(({ feature }) => feature);
  });
  expect(compared).toEqual([[], ['bytes'], ['bytes'], [null, 'bytes', 'often']]);
});

it('begins anew where a snapshot is of other features', () => {
  const watch = watchOf();
  const { scores, rows } = office(5)();
  watch.add(0, scores, rows, 0);
  const other = createDriftWatch({ ...manifest, features: features.slice(1) }, [], window);
  other.restore(0, watch.save(0) as NonNullable<ReturnType<typeof watch.save>>);
  expect(other.drift()).toEqual({ scores: 0, windows: 0, series: [] });
});
