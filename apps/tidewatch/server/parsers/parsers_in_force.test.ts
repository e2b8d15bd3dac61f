import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createNormaliser } from '@tidewatch/normalize';
import { createHealthBoard, createLogger, createMetrics } from '@tidewatch/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordOfLine } from '../../parsers/record.ts';
import { openParsers, type ParsersInForce } from './parsers_in_force.ts';

let root: string;
let own: string;
let parsers: ParsersInForce;
let logged: string;
const metrics = createMetrics({ process: false });
const health = createHealthBoard();

const door = (action: string) => `
name: acme.door
title: Doors
match: { program: doord }
processors: [{ dissect: 'badge of %{user.name}' }, { set: { event.action: ${action} } }]
`;
const line = '<38>Nov 21 09:08:01 web1 doord[7]: badge of alice';
const write = (name: string, text: string) => writeFileSync(join(own, name), text);
const parse = (text = line) => {
  const normalise = parsers.counted(createNormaliser({ parsers: () => parsers.current().dispatch }));
  const outcome = normalise(recordOfLine(text, 0, {}), 'test');
  return outcome.status === 'ok' ? JSON.parse(outcome.value.json) : outcome;
};
const state = () => health.list().find(({ name }) => name === 'parsers');

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tidewatch-parsers-'));
  own = join(root, 'own');
  mkdirSync(join(root, 'parsers'));
  writeFileSync(join(root, 'parsers/sshd.yml'), 'name: linux.sshd\ntitle: sshd\nnative: true\n');
  logged = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk;
      done();
    },
  });
  parsers = await openParsers(
    { paths: [own], required: false },
    { root, resources: {}, metrics, health, log: createLogger({ destination }) },
  );
});
afterEach(async () => {
  await parsers.close();
  rmSync(root, { recursive: true });
});

describe('parsers in force', () => {
  it('begin with a folder that is made later, and follow its files', async () => {
    expect(parse().event.dataset).toBe('linux.syslog');
    expect(state()).toMatchObject({ state: 'ready' });
    mkdirSync(own);
    write('door.yml', door('first'));
    await parsers.look();
    expect(parse().event).toMatchObject({ dataset: 'acme.door', action: 'first' });
    write('door.yml', door('second'));
    await parsers.look();
    expect(parse().event.action).toBe('second');
    rmSync(join(own, 'door.yml'));
    await parsers.look();
    expect(parse().event.dataset).toBe('linux.syslog');
  });

  it('stay when a change is wrong, which health, log and metric tell until it is right', async () => {
    mkdirSync(own);
    write('door.yml', door('first'));
    await parsers.look();
    write(
      'door.yml',
      'name: acme.door\ntitle: Doors\nmatch: { program: doord }\nprocessors: [{ disect: x }]\n',
    );
    await parsers.look();
    expect(parse().event.action).toBe('first');
    expect(state()).toMatchObject({
      state: 'degraded',
      detail: `${join(own, 'door.yml')}:4: processors.0.disect: unknown key; did you mean "dissect"? (and 1 more)`,
    });
    expect(logged).toContain('A file is not in force as written');
    expect(await metrics.value('parsers', { state: 'rejected' })).toBe(1);
    write('door.yml', door('second'));
    await parsers.look();
    expect([parse().event.action, state()?.state]).toEqual(['second', 'ready']);
    expect(await metrics.value('parsers', { state: 'rejected' })).toBe(0);
  });

  it('count what they did, also those that were replaced', async () => {
    const before = await metrics.value('parser_records_total', {});
    mkdirSync(own);
    write('door.yml', door('first'));
    await parsers.look();
    for (let i = 0; i < 5; i++) parse();
    parse(line.replace('badge', 'badges'));
    write('door.yml', door('second'));
    await parsers.look();
    parse();
    await parsers.close();
    expect((await metrics.value('parser_records_total', {})) - before).toBe(7);
    expect(await metrics.value('parser_failures_total', {})).toBe(1);
  });

  it('go on without a gap while they are replaced', async () => {
    mkdirSync(own);
    write('door.yml', door('a0'));
    await parsers.look();
    const seen = new Set<string>();
    for (let i = 1; i <= 5; i++) {
      write('door.yml', door(`a${i}`));
      let done = false;
      const looked = parsers.look().then(() => {
        done = true;
      });
      while (!done) {
        const { dataset, action } = parse().event;
        expect(dataset).toBe('acme.door');
        seen.add(action);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await looked;
    }
    expect([...seen].every((action) => /^a\d$/.test(action))).toBe(true);
    expect(parse().event.action).toBe('a5');
  });
});
