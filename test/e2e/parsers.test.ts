import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from './server.ts';

const door = (action: string) => `
name: acme.door
title: Doors
match: { program: doord }
processors:
  - dissect: 'badge of %{user.name}'
  - set: { event.action: ${action} }
`;

interface Parsers {
  readonly parsers: readonly { readonly name: string; readonly origin: string }[];
  readonly faults: readonly {
    readonly file: string;
    readonly issues: readonly { readonly message: string }[];
  }[];
}
interface Found {
  readonly items: readonly {
    readonly event: { readonly action?: string };
    readonly user?: { readonly name: string };
  }[];
}

describe('people’s own parsers', () => {
  let folder: string;
  let server: RunningServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidewatch-own-'));
    await mkdir(join(folder, 'parsers'));
    server = await startServer({ config: `parsers: { paths: ['${join(folder, 'parsers')}'] }\n` });
  });
  afterAll(async () => {
    await server?.dispose();
    await rm(folder, { recursive: true });
  });

  const write = (name: string, text: string) => writeFile(join(folder, 'parsers', name), text);
  const parsers = () => server.api<Parsers>('/api/parsers');
  const sourceOf = async () => (await server.api<{ source: string }>('/api/parsers/acme.door')).source;

  /** Sends a badge of a person; answers what the event of it says. */
  async function badge(person: string) {
    const sent = await fetch(`${server.ingest}/ingest/doors`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: `<38>Nov 21 09:08:01 web1 doord[7]: badge of ${person}\n`,
    });
    expect(sent.status).toBe(200);
    const { items } = await eventually(
      () =>
        server.api<Found>(
          `/api/events?q=${encodeURIComponent(`message: "badge of ${person}"`)}&from=now-400d&to=now%2B400d`,
        ),
      ({ items }) => items.length > 0,
    );
    return { action: items[0]?.event.action, user: items[0]?.user?.name };
  }

  it('are in force when their file is written, and stay when it is broken, which is told', async () => {
    expect(await badge('alice')).toEqual({});
    await write('door.yml', door('opened'));
    await eventually(parsers, (list) =>
      list.parsers.some(({ name, origin }) => name === 'acme.door' && origin === 'own'),
    );
    expect(await badge('bob')).toEqual({ action: 'opened', user: 'bob' });

    await write('door.yml', door('broken').replace('dissect', 'disect'));
    const { faults } = await eventually(parsers, (list) => list.faults.length > 0);
    expect(faults).toMatchObject([{ file: join(folder, 'parsers/door.yml') }]);
    expect(faults[0]?.issues[0]?.message).toContain('did you mean "dissect"?');
    expect(await sourceOf()).toBe(door('opened'));
    expect(await badge('carol')).toEqual({ action: 'opened', user: 'carol' });

    await write('door.yml', door('passed'));
    await eventually(parsers, (list) => list.faults.length === 0);
    expect(await badge('dave')).toEqual({ action: 'passed', user: 'dave' });
  });

  it('are tried without keeping others waiting', async () => {
    const steps = Array.from({ length: 9_000 }, (_, i) => `  - set: { acme.step${i}: 1 }`).join('\n');
    const parser = `name: acme.slow\ntitle: Slow\nmatch: { contains: slow }\nprocessors:\n${steps}\n`;
    let ended = false;
    const trial = server
      .api('/api/parsers/parse', { method: 'POST', body: { text: 'slow\n'.repeat(1_000), parser } })
      .catch((error: Error) => error.message)
      .finally(() => {
        ended = true;
      });
    for (let i = 0; i < 20; i++) {
      const began = performance.now();
      await parsers();
      expect(performance.now() - began).toBeLessThan(2_000);
    }
    expect(await badge('erin')).toEqual({ action: 'passed', user: 'erin' });
    expect(ended).toBe(false);
    expect(await trial).toContain('PARSER_TRIAL_ENDED');
  });
});
