import { readFile } from 'node:fs/promises';
import type { AlertJob } from '@tidewatch/store';
import type { BrowserContext } from 'playwright-core';
import { eventually, type RunningServer } from '../../e2e/server.ts';
import { send } from './estate.ts';

/** Closes every alert by one query; milliseconds until that is answered, and until it is done. */
export async function closeAll(server: RunningServer) {
  const began = performance.now();
  const job = await server.api<AlertJob>('/api/alerts/jobs', {
    method: 'POST',
    body: {
      filter: { q: 'status: open', from: 'now-24h', to: 'now' },
      action: { action: 'close', reason: 'expected_activity' },
    },
  });
  const answered = performance.now() - began;
  const ended = await eventually(
    () => server.api<AlertJob>(`/api/alerts/jobs/${job.id}`),
    ({ finishedAt }) => finishedAt !== undefined,
    600,
    250,
  );
  return { answered, took: performance.now() - began, changed: ended.changed, state: ended.state };
}

/** From the sending of an event until the live tail shows it, milliseconds. */
export async function visibleTimes(server: RunningServer, context: BrowserContext, count: number) {
  const page = await context.newPage();
  await page.goto(`${server.url}/events?live=true&q=${encodeURIComponent('event.action: seen-by-bench')}`);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const mark = `visible-${i}-`;
    const event = {
      '@timestamp': new Date().toISOString(),
      event: { action: 'seen-by-bench' },
      message: `${mark} of the bench`,
    };
    const began = performance.now();
    await send(server, `{"create":{}}\n${JSON.stringify(event)}\n`);
    await page.getByText(mark).first().waitFor({ timeout: 60_000 });
    times.push(performance.now() - began);
  }
  await page.close();
  return times;
}

/** Most memory that a process and its children had at once, MiB, as far as the system noted it. */
export async function peakMemory(pid: number): Promise<number> {
  const peak = async (id: string) => {
    const status = await readFile(`/proc/${id}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  };
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
  const peaks = await Promise.all([String(pid), ...children].map(peak));
  return peaks.reduce((sum, mebibytes) => sum + mebibytes, 0);
}
