import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, root } from '../require.ts';
import { wheelProgram } from '../services/install.mjs';
import { follow } from './guide.ts';
import { type RunningServer, startServer } from './server.ts';

const starts = `/api/events?q=${encodeURIComponent('event.category: process')}`;

describe.runIf(has('python'))('the guide to a first ONNX model', () => {
  let server: RunningServer;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidewatch-guide-'));
    server = await startServer({ demo: true });
  }, 90_000);
  afterAll(async () => {
    await server?.dispose();
    await rm(folder, { recursive: true });
  });

  it('leads from events to an alert that the model raised', async () => {
    await expect
      .poll(async () => (await server.api<{ total: number }>(starts)).total, {
        timeout: 60_000,
        interval: 500,
      })
      .toBeGreaterThan(1_000);
    const program = join(root, 'apps/tidewatch/bin/tidewatch.mjs');
    const prelude = `
      export PATH="${dirname(wheelProgram('python'))}:$PATH"
      tidewatch() {
        case "$2" in golden|check) node ${program} "$@" ;; *) node ${program} "$@" --data ${server.data} ;; esac
      }
      curl() { command curl "\${@//http:\\/\\/127.0.0.1:8421/${server.ingest.replaceAll('/', '\\/')}}"; }`;
    await follow(join(root, 'docs/guides/first-onnx-model.md'), folder, prelude);
    await expect
      .poll(
        async () =>
          (
            await server.api<{ items: { detector: { title: string } }[] }>(
              '/api/alerts?from=now-1h&to=now%2B1h&limit=500',
            )
          ).items.map(({ detector }) => detector.title),
        { timeout: 30_000, interval: 300 },
      )
      .toContain('Command line of an unusual shape');
  }, 180_000);
});
