import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawRecord } from '@tidewatch/plugin';
import { createSigmaEngine, loadRules } from '@tidewatch/sigma';
import { describe, expect, it } from 'vitest';
import { has, root, sharedData } from '../../../test/require.ts';
import { compareFindings, protectedFields, type Sent } from './pseudonyms.suite.ts';
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
    const told = [...story].filter(({ phase }, i) => phase !== 'baseline' || i % 8 === 0).map(toSent);
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
