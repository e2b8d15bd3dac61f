import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EcsEvent } from '@tidewatch/event';
import type { RawRecord } from '@tidewatch/plugin';
import { createSigmaEngine, loadRules } from '@tidewatch/sigma';
import { describe, expect, it } from 'vitest';
import { has, root, sharedData } from '../../../test/require.ts';
import { createBench } from '../sigma/test/bench.ts';
import { compareFindings, protectedFields, pseudonymising, type Sent } from './pseudonyms.suite.ts';
import { createStory, type StoryEvent } from './story/index.ts';

const formats = {
  windows_http: 'json',
  nxlog_http: 'json',
  ecs_http: 'json',
  syslog_tcp: 'syslog',
  syslog_udp: 'syslog',
  nginx_file: 'text',
} as const satisfies Record<StoryEvent['channel'], RawRecord['format']>;

const toSent = ({ at, channel, payload }: StoryEvent): Sent => ({
  source: channel,
  record: {
    bytes: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    format: formats[channel],
    position: { kind: 'none' },
    received: at + 50,
    hints: channel === 'nginx_file' ? { dataset: 'nginx.access' } : {},
  },
});

describe('what is found under pseudonyms', () => {
  it('of the demonstration is what is found in the clear, but for what is listed', async () => {
    const { rules } = await loadRules({ paths: [join(root, 'rules')] });
    const story = createStory({
      seed: 7,
      start: new Date('2026-11-03T08:00:00Z'),
      durationMinutes: 90,
      openingMinutes: 60,
    });
    // Of what the office does in the same minute again and again, a part shows the same.
    const told = [...story].filter(({ phase }, i) => phase !== 'baseline' || i % 32 === 0).map(toSent);
    const compared = compareFindings(createSigmaEngine(rules), told, protectedFields);
    expect(compared.clear).toBeGreaterThan(300);
    expect({ lost: compared.lost, added: compared.added }).toEqual({ lost: {}, added: {} });
    expect(compared.f1).toBeGreaterThanOrEqual(0.99);
  }, 120_000);

  it.runIf(has('sigmahq'))(
    'of SigmaHQ’s regression data is what is found in the clear, but for what is listed',
    async () => {
      const folder = process.env.TIDEWATCH_SIGMAHQ ?? join(sharedData, 'sigmahq');
      const paths = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map((name) =>
        join(folder, name),
      );
      const { rules } = await loadRules({ paths });
      const compared = compareFindings(createSigmaEngine(rules), regressionEvents(folder), protectedFields);
      expect(compared.clear).toBeGreaterThan(100);
      expect({ lost: compared.lost, added: compared.added }).toEqual({ lost: {}, added: {} });
      expect(compared.f1).toBeGreaterThanOrEqual(0.99);
    },
    120_000,
  );
});

describe('a window that is open when an epoch ends', () => {
  const rule = (more: string) => `title: Refused
id: 3f8f0c52-7d3d-4f0e-9a55-30b6f6f8a0b1
name: refused
logsource: { product: any }
detection:
  sel: { event.action: refused }
  condition: sel
---
title: Guessed
id: 3f8f0c52-7d3d-4f0e-9a55-30b6f6f8a0b2
correlation:
  rules: [refused]
  timespan: 10m
  ${more}
`;
  const midnight = Date.parse('2026-12-01T00:00:00Z');

  /** Refusals of one account, so many minutes from the end of the epoch. */
  async function alertsOf(correlation: string, overlapMs: number, ...minutes: number[]) {
    const folder = await mkdtemp(join(tmpdir(), 'tidewatch-epochs-'));
    await writeFile(join(folder, 'rule.yml'), rule(correlation));
    const loaded = await loadRules({ paths: [folder] });
    await rm(folder, { recursive: true });
    expect(loaded.rejected).toEqual([]);
    const normalise = pseudonymising(protectedFields, overlapMs);
    const events = minutes.map((minute) => {
      const time = midnight + minute * 60_000;
      const document = {
        '@timestamp': new Date(time).toISOString(),
        event: { dataset: 'shop.login', action: 'refused' },
        user: { name: 'alice' },
        host: { name: 'web1' },
      };
      const bytes = Buffer.from(JSON.stringify(document));
      const position = { kind: 'none' } as const;
      const outcome = normalise({ bytes, format: 'json', position, received: time, hints: {} }, 'shop');
      if (outcome.status !== 'ok') throw new Error(outcome.status);
      return { event: JSON.parse(outcome.value.json) as EcsEvent, time };
    });
    return createBench([...loaded.correlations], loaded).run(events).alerts;
  }
  const byAccount = 'type: event_count\n  group-by: [user.name, host.name]\n  condition: { gte: 3 }';

  it('counts on under the pseudonyms of before, as long as events carry them', async () => {
    expect(await alertsOf(byAccount, 3_600_000, -4, -2, 1)).toHaveLength(1);
    expect(await alertsOf(byAccount, 0, -4, -2, 1)).toHaveLength(0);
    expect(await alertsOf(byAccount, 3_600_000, -14, -12, 1)).toHaveLength(0);
  });

  it('begins anew under those of now', async () => {
    expect(await alertsOf(byAccount, 120_000, 1, 5, 6)).toHaveLength(1);
    expect(await alertsOf(byAccount, 0, 1, 5, 6)).toHaveLength(1);
  });
});

/** One JSON document of evtx_dump after the other, each over several lines. */
function* regressionEvents(folder: string): Generator<Sent> {
  const below = join(folder, 'regression_data');
  for (const name of readdirSync(below, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue;
    const text = readFileSync(join(below, name), 'utf8').replace(/^\ufeff/, '');
    for (const document of text.split(/^(?=\{)/m)) {
      if (document.trim() === '') continue;
      const bytes = Buffer.from(JSON.stringify(JSON.parse(document)));
      const position = { kind: 'none' } as const;
      yield { source: 'test', record: { bytes, format: 'json', position, received: Date.now(), hints: {} } };
    }
  }
}
