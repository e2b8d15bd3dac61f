import { join } from 'node:path';
import { type EcsEvent, getField, type OnnxExplanation } from '@tidewatch/event';
import { readModelFolder } from '@tidewatch/models';
import { createNormaliser } from '@tidewatch/normalize';
import { startModelThread } from '@tidewatch/onnx';
import { parseKql, toPredicate } from '@tidewatch/query';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../../test/require.ts';
import { createDriftWatch } from '../../scorer/drift_watch.ts';
import type { Candidate, Model } from '../../scorer/model.ts';
import { openModel } from '../../scorer/open_model.ts';
import { workers } from '../server/workers.ts';
import { createStory, type Phase } from './story/index.ts';

/** Of no story that they were trained or calibrated on. */
const seed = 907;

interface Told extends Candidate {
  readonly phase: Phase;
}

const story = createStory({
  seed,
  start: new Date('2026-11-03T08:00:00Z'),
  durationMinutes: 90,
  openingMinutes: 60,
});
const told: Told[] = [];

beforeAll(() => {
  const normalise = createNormaliser();
  for (const { at, channel, payload, phase } of story) {
    if (channel === 'nginx_file' || channel === 'syslog_udp') continue;
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const format = channel === 'syslog_tcp' ? 'syslog' : 'json';
    const record = { bytes: Buffer.from(text), format, position: { kind: 'none' }, received: at, hints: {} };
    const outcome = normalise(record as Parameters<typeof normalise>[0], 'demo');
    if (outcome.status !== 'ok') continue;
    const event = JSON.parse(outcome.value.json) as EcsEvent;
    event.tidewatch.data_class = 'demonstration';
    told.push({ event, time: at, phase });
  }
}, 60_000);

describe.each(['odd-programs', 'odd-logons'])('the shipped autoencoder of %s', (name) => {
  const folder = join(root, 'models', name, '1');
  let model: Model;
  let events: Told[] = [];
  let moved: (readonly [feature: string | null, ratio: number])[] = [];
  let odd: { readonly event: EcsEvent; readonly phase: Phase; readonly features: readonly string[] }[] = [];

  beforeAll(async () => {
    const read = await readModelFolder(folder);
    const { manifest } = read;
    const filter = parseKql(manifest.events);
    if (!filter.ok) throw filter.error;
    const wants = toPredicate(filter.ast, { now: Date.now() });
    events = told.filter(({ event }) => wants(event));
    model = await openModel(read, (port) => startModelThread(workers.onnx, port));
    const watch = createDriftWatch(manifest, model.columns ?? [], { scores: 2_000, ms: 0 });
    let rows = new Float32Array();
    const judged = await model.score(0, events, (seen) => {
      rows = seen.slice();
    });
    watch.add(
      0,
      Float32Array.from(judged, (one) => one?.score ?? Number.NaN),
      rows,
      0,
    );
    moved = watch.drift().series.map(({ feature, ratio }) => [feature, ratio]);
    odd = events.flatMap(({ event, phase }, i) => {
      const one = judged[i];
      if (one === undefined || one.score < manifest.score.threshold) return [];
      const { score, features } = one.explain() as OnnxExplanation;
      const sum = features.reduce((all, { contribution }) => all + (contribution ?? Number.NaN), 0);
      expect(Math.abs(sum - score)).toBeLessThanOrEqual(0.01 * score);
      return [{ event, phase, features: features.map((feature) => feature.name) }];
    });
  }, 60_000);
  afterAll(() => model.close());

  it('leaves the office alone, and finds nearly all that the intruder does', () => {
    const intruders = events.filter(({ phase }) => phase !== 'baseline');
    const found = odd.filter(({ phase }) => phase !== 'baseline');
    expect(events.length - intruders.length).toBeGreaterThan(2_000);
    expect(odd.length - found.length).toBeLessThanOrEqual(1);
    expect(intruders.length).toBeGreaterThan(10);
    expect(found.length / intruders.length).toBeGreaterThan(0.8);
  });

  it('finds the office as it was in training, from the first window on', () => {
    const { manifest } = model;
    const features = manifest.kind === 'onnx' ? manifest.features.map((feature) => feature.name) : [];
    expect(moved.map(([feature]) => feature)).toEqual([null, ...features]);
    expect(moved.filter(([, ratio]) => ratio >= 1)).toEqual([]);
  });

  it('names what is odd', () => {
    const first = (wanted: (event: EcsEvent) => boolean) =>
      odd.find(({ event }) => wanted(event))?.features.slice(0, 3);
    const program = (event: EcsEvent) =>
      event.process as { executable?: string; parent?: { name?: string } } | undefined;
    if (name === 'odd-logons') {
      const from = first((event) => /^(192\.0\.2|203\.0\.113)\./.test(String(getField(event, 'source.ip'))));
      expect(from?.[0]).toBe('source');
      return;
    }
    // A letter that starts PowerShell, and a service from a temporary folder.
    expect(first((event) => program(event)?.parent?.name === 'WINWORD.EXE')?.[0]).toBe('parent');
    expect(
      first((event) => /\\Temp\\hs/.test(program(event)?.executable ?? ''))
        ?.slice(0, 2)
        .sort(),
    ).toEqual(['path', 'program']);
  });
});
