import type { EcsEvent } from '@tidewatch/event';
import type { Feature } from '@tidewatch/features';
import { Random } from '@tidewatch/forest';
import { bundled } from '../../bundle.ts';
import { median, thousands } from '../report.ts';

type Add = (id: string, what: string, figure: string, bar?: string, met?: boolean) => void;

const count = 20_000;
const turns = 10;
const start = Date.parse('2026-03-02T06:00:00.000Z');
const by = ['user.name'];
const single: readonly Feature[] = [
  { name: 'bytes', field: 'source.bytes', encode: 'log', missing: 0 },
  { name: 'port', field: 'source.port', encode: 'number', missing: 0 },
  { name: 'hour', field: '@timestamp', encode: 'cyclic', period: 'day' },
  { name: 'weekday', field: '@timestamp', encode: 'cyclic', period: 'week' },
  { name: 'process', field: 'process.name', encode: 'hash', buckets: 64 },
  { name: 'parent', field: 'process.parent.name', encode: 'hash', buckets: 64 },
  { name: 'command', field: 'process.command_line', encode: 'ngrams', n: 3, buckets: 256 },
  { name: 'words', field: 'process.command_line', encode: 'tokens' },
  { name: 'length', field: 'process.command_line', encode: 'length' },
  { name: 'failed', field: 'event.outcome', encode: 'equals', value: 'failure' },
];
const counted = { by, encode: 'log', missing: 0 } as const;
const windowed: readonly Feature[] = [
  { ...counted, name: 'events', aggregate: 'count', over: '1h' },
  { ...counted, name: 'failures', aggregate: 'count', over: '1h', where: 'event.outcome: failure' },
  { ...counted, name: 'sum', aggregate: 'sum', of: 'source.bytes', over: '1h' },
  { ...counted, name: 'mean', aggregate: 'avg', of: 'source.bytes', over: '1d' },
  { ...counted, name: 'hosts', aggregate: 'cardinality', of: 'host.name', over: '1d' },
  { ...counted, name: 'rarity', aggregate: 'rarity', of: 'process.name', over: '1d' },
];

/** The bars of features (F1, F2): bundled, since `tsx` makes functions inside functions slow. */
export async function featuresBench(wanted: (id: string) => boolean, add: Add): Promise<void> {
  if (!wanted('F1') && !wanted('F2')) return;
  const program = bundled(new URL('../../../libs/features/index.ts', import.meta.url));
  const { compileFeatures } = (await import(program.href)) as typeof import('@tidewatch/features');
  const events = makeEvents();
  const rate = (features: readonly Feature[]): number => {
    const encoder = compileFeatures(features);
    const rows = new Float32Array(256 * encoder.width);
    const rates: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const before = process.cpuUsage();
      for (const [i, event] of events.entries())
        encoder.encode(event, start + (turn * count + i) * 50, rows, (i % 256) * encoder.width);
      const { user, system } = process.cpuUsage(before);
      rates.push(count / ((user + system) / 1e6));
    }
    return median(rates.slice(turns / 2));
  };
  if (wanted('F1')) {
    const found = rate(single);
    add(
      'F1',
      'events a second of CPU, 10 features of one event each',
      thousands(found),
      '≥ 200,000',
      found >= 200_000,
    );
  }
  if (wanted('F2'))
    add('F2', 'events a second of CPU, 6 features of windows, 2,000 entities', thousands(rate(windowed)));
}

function makeEvents(): EcsEvent[] {
  const random = new Random(17);
  const pick = (most: number) => Math.floor(random.next() * most);
  return Array.from({ length: count }, (_, i) => {
    const program = `program${pick(50)}.exe`;
    const event = {
      '@timestamp': new Date(start + i * 50).toISOString(),
      event: { id: `e${i}`, outcome: pick(7) === 0 ? 'failure' : 'success' },
      process: {
        name: program,
        command_line: `C:\\Windows\\System32\\${program} /c dir /s C:\\Users\\user${pick(200)}`,
        parent: { name: 'explorer.exe' },
      },
      user: { name: `user${pick(2_000)}` },
      host: { name: `host${pick(300)}` },
      source: { bytes: pick(10_000), port: 1_024 + pick(60_000) },
    };
    // As events come: objects that a parser made.
    return JSON.parse(JSON.stringify(event)) as EcsEvent;
  });
}
