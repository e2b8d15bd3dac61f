import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { firstAlertJourney, openBrowser, openPage } from '../e2e/journey.ts';
import { eventually } from '../e2e/server.ts';
import { has, root } from '../require.ts';

/** From a clone to the first alert, in minutes (the console's gate). */
const gateMinutes = 3;

describe.runIf(has('chromium'))('a fresh clone', () => {
  let directory: string;
  let child: ChildProcess | undefined;
  afterAll(async () => {
    if (child !== undefined && child.exitCode === null) {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await once(child, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  });

  it('installs, builds, runs and shows an attack by one command', async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-clone-'));
    const checkout = join(directory, 'tidewatch');
    execFileSync('git', ['clone', '--quiet', root, checkout]);
    const began = Date.now();
    // A group of its own: npm passes no signals on.
    child = spawn('npm', ['start', '--', '--port', '0', '--data', join(directory, 'data')], {
      cwd: checkout,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    const link = await eventually(
      async () => /http:\/\/\S+\/login#token=\S+/.exec(output)?.[0] ?? '',
      (found) => found !== '' && output.includes('Building the console: done'),
      600,
    );
    const browser = await openBrowser();
    const { page, faults } = await openPage(await browser.newContext());
    await firstAlertJourney(page, link);
    await browser.close();
    expect(faults.seen).toEqual([]);
    expect((Date.now() - began) / 60_000).toBeLessThan(gateMinutes);
    const { pid } = JSON.parse(await readFile(join(directory, 'data/run/server.json'), 'utf8')) as {
      pid: number;
    };
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toBeLessThan(700);
  });
});
