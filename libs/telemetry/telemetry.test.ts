import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { catalogue, createHealthBoard, createLogger, createMetrics, terminalDestination } from './index.ts';

describe('metrics', () => {
  it('renders what was counted under the catalogue’s name', async () => {
    const metrics = createMetrics({ process: false });
    metrics.count('detections_total', { engine: 'sigma', severity: 'high' }, 3);
    expect((await metrics.render()).body).toContain(
      'tidewatch_detections_total{engine="sigma",severity="high"} 3',
    );
    expect(await metrics.sum('detections_total', { engine: 'sigma' })).toBe(3);
    expect(await metrics.sum('detections_total', { engine: 'forest' })).toBe(0);
  });

  it('keeps to the naming rules of Prometheus', () => {
    for (const [name, row] of Object.entries(catalogue)) {
      expect(name, name).toMatch(/^[a-z_]+$/);
      expect(name.endsWith('_total'), name).toBe(row.type === 'counter');
      expect(
        row.labels.filter((label) => ['rule', 'host', 'user', 'ip'].includes(label)),
        name,
      ).toEqual([]);
      if (row.type === 'histogram') expect(name).toMatch(/_(seconds|score)$/);
    }
  });
});

describe('logger', () => {
  it('writes one line per entry whatever the text holds, and no secrets', () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    createLogger({ destination }).info({ token: 'abc', line: 'a\n{"level":"error"}' }, 'taken');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', token: '[redacted]', msg: 'taken' });
  });
});

describe('the log at a terminal', () => {
  it('is one readable line an entry, without control characters', () => {
    const lines: string[] = [];
    const log = createLogger({ destination: terminalDestination((line) => lines.push(line)) });
    log.warn({ file: 'a\u001b[31m\nb.yml', err: new Error('no such file') }, 'A rule was rejected');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d warn {2}A rule was rejected {2}file=a b\.yml {2}err=no such file\n$/,
    );
  });
});

describe('health', () => {
  it('is ready when all are ready or degraded, and keeps since when', () => {
    let now = 1000;
    const board = createHealthBoard(() => now);
    expect(board.ready()).toBe(false);
    board.set('ingest', 'ready');
    board.set('detector', 'starting');
    expect(board.ready()).toBe(false);
    now = 2000;
    board.set('ingest', 'ready');
    board.set('detector', 'degraded', 'one rule file is unreadable');
    expect(board.ready()).toBe(true);
    expect(board.list().map(({ since }) => since.getTime())).toEqual([1000, 2000]);
  });
});
