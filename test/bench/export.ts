import { setTimeout } from 'node:timers/promises';
import type { RunningServer } from '../e2e/server.ts';

const newline = 10;

/** What an export took. */
export interface Exported {
  readonly rows: number;
  readonly seconds: number;
  /** The most memory that the server had meanwhile, beyond what it had before. */
  readonly mebibytes: number;
}

/**
 * Exports every event of the last day as NDJSON from a server of its own process, which has been asked for some of them
 * before: a store's buffers are no part of what exporting takes.
 */
export async function exportAll(server: RunningServer): Promise<Exported> {
  const range = 'from=now-24h&to=now%2B24h';
  for (const path of ['events', 'events/histogram']) await server.api(`/api/${path}?${range}&q=a`);
  const cookie = await sessionCookie(server);
  const before = await server.memory();
  let most = before;
  let running = true;
  const sampling = (async () => {
    while (running) {
      most = Math.max(most, await server.memory());
      await setTimeout(50);
    }
  })();
  const began = performance.now();
  let rows = 0;
  try {
    const path = `/api/events/export?format=ndjson&${range}&reason=bench`;
    const response = await fetch(`${server.url}${path}`, { headers: { cookie } });
    if (!response.ok || response.body === null) throw new Error(`The export answered ${response.status}.`);
    for await (const chunk of response.body) for (const byte of chunk) if (byte === newline) rows++;
  } finally {
    running = false;
    await sampling;
  }
  return { rows, seconds: (performance.now() - began) / 1_000, mebibytes: most - before };
}

async function sessionCookie(server: RunningServer): Promise<string> {
  const token = new URL(await server.loginLink()).hash.slice('#token='.length);
  const response = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}
