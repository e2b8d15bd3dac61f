import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNormaliser } from '@tidewatch/normalize';
import { createHealthBoard, createLogger, createMetrics } from '@tidewatch/telemetry';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundled } from '../../../../test/bundle.ts';
import { recordOfLine } from '../../parsers/record.ts';
import { openParserDesk } from './parser_desk.ts';
import { openParsers, type ParsersInForce } from './parsers_in_force.ts';
import { createTrialThread, type TrialThread, trialLimits } from './trial_thread.ts';

const door = (action: string) => `
name: acme.door
title: Doors
match: { program: doord }
processors: [{ dissect: 'badge of %{user.name}' }, { set: { event.action: ${action} } }]
`;
const line = '<38>Nov 21 09:08:01 web1 doord[7]: badge of alice';

const program = bundled(new URL('./trial_worker.ts', import.meta.url));
let root: string;
let parsers: ParsersInForce;
let trials: TrialThread;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'tidewatch-desk-'));
  mkdirSync(join(root, 'parsers'));
  mkdirSync(join(root, 'own'));
  writeFileSync(join(root, 'parsers/sshd.yml'), 'name: linux.sshd\ntitle: sshd\nnative: true\n');
  writeFileSync(join(root, 'own/door.yml'), door('first'));
  parsers = await openParsers(
    { paths: [join(root, 'own')], required: false },
    {
      ...{ root, resources: {}, metrics: createMetrics({ process: false }), health: createHealthBoard() },
      log: createLogger({ level: 'silent' }),
    },
  );
  trials = createTrialThread(program, parsers.current);
});
afterAll(async () => {
  await trials.close();
  await parsers.close();
  rmSync(root, { recursive: true });
});

const parse = (text: string) => {
  const normalise = parsers.counted(createNormaliser({ parsers: () => parsers.current().dispatch }));
  const outcome = normalise(recordOfLine(text, 0, {}), 'test');
  return outcome.status === 'ok' ? JSON.parse(outcome.value.json) : outcome;
};
const desk = () => openParserDesk(parsers, trials);

describe('the desk', () => {
  it('shows figures, also of what is compiled in', () => {
    parse(line.replace('badge', 'badges'));
    parse('<38>Nov 21 09:08:01 web1 sshd[7]: Failed password for root from 192.0.2.7 port 22 ssh2');
    expect(desk().list().parsers).toMatchObject([
      {
        name: 'acme.door',
        origin: 'own',
        records: 1,
        failures: 1,
        lastFailure: 'pattern_mismatch: message has another shape',
        tests: null,
      },
      { name: 'linux.sshd', origin: 'shipped', native: true, records: 1 },
    ]);
    expect(desk().get('acme.door')?.source).toBe(door('first'));
    expect(desk().get('nobody')).toBeUndefined();
  });

  it('tries a parser beside those in force, as they are by now, and counts nothing', async () => {
    const counted = desk().list().parsers;
    const asked = { text: `${line}\nother`, source: 'test' };
    const tried = await desk().parse({ ...asked, parser: door('tried') });
    expect(tried).toMatchObject({
      ok: true,
      value: {
        left: 0,
        records: [
          { event: { event: { action: 'tried' } }, parsers: [{ parser: 'acme.door', result: 'ok' }] },
          { event: { message: 'other' }, parsers: [] },
        ],
      },
    });
    expect(desk().list().parsers).toEqual(counted);
    const now = async () => {
      const found = await desk().parse(asked);
      return 'value' in found ? found.value.records[0]?.event?.event : found;
    };
    expect(await now()).toMatchObject({ action: 'first' });
    writeFileSync(join(root, 'own/door.yml'), door('second'));
    await parsers.look();
    expect(await now()).toMatchObject({ action: 'second' });
  });

  it('refuses parsers that are wrong, or reach for files and variables', async () => {
    const first = async (parser: string) => {
      const tried = await desk().parse({ text: 'a', source: 'test', parser });
      return 'issues' in tried ? tried.issues[0]?.path : undefined;
    };
    expect(await first('name: a')).toBe('title');
    expect(await first('name: [')).toBe('');
    const lookup = "{ lookup: { field: user.name, file: '/etc/passwd' } }";
    expect(await first(door('x').replace('[{', `[${lookup}, {`))).toBe('processors.0.lookup.file');
    const nested = `{ if: 'a: *', do: [${lookup}] }`;
    expect(await first(door('x').replace('[{', `[${nested}, {`))).toBe('processors.0.do.0.lookup.file');
  });

  it('runs tests that are sent', async () => {
    const tests = `tests: [{ title: a, line: '${line}', event: { user.name: bob } }]`;
    const tested = await desk().test({ parser: door('tried'), tests });
    expect(tested).toMatchObject({ ok: true, value: { passed: 0, failed: 1 } });
    const wrong = await desk().test({ parser: door('tried'), tests: 'tests: 7' });
    expect(wrong).toMatchObject({ ok: true, value: { passed: 0, failed: 0, issues: [{ path: 'tests' }] } });
  });

  it('suggests ways to read what nothing understands', async () => {
    const text = Array.from({ length: 9 }, (_, i) => `gate ${i} opened by alice from 192.0.2.${i}`).join(
      '\n',
    );
    expect(await desk().suggest({ text, source: 'test', name: 'acme.gate', limit: 5 })).toMatchObject({
      value: { shapes: [{ count: 9, pattern: 'gate %{acme.gate} opened by alice from %{source.ip}' }] },
    });
  });
});

describe('a trial that takes too much', () => {
  /** A parser of so many steps, each of which writes its own copy of the message. */
  const copies = (steps: number, text: string) => `
name: acme.copies
title: Copies
match: { contains: copied }
processors:
${Array.from({ length: steps }, (_, i) => `  - template: { acme.c${i}: '${text}' }`).join('\n')}
`;
  const records = (count: number, length: number) =>
    Array.from({ length: count }, () => `copied ${'x'.repeat(length)}`).join('\n');
  const long = { source: 'test', text: records(8, 60_000) };

  let own: TrialThread;
  afterEach(() => own.close());
  const limited = (limits: Partial<typeof trialLimits>) => {
    own = createTrialThread(program, parsers.current, { ...trialLimits, ...limits });
    return own;
  };
  const asked = { source: 'test', text: records(1_000, 900) };

  it('of time is ended while others go on, and the next one is answered', async () => {
    const { parse: parseIn } = limited({ timeoutMs: 1_000 });
    let beats = 0;
    const beat = setInterval(() => beats++, 5);
    const slow = await parseIn({ ...asked, parser: copies(3_000, 'a {message}') });
    clearInterval(beat);
    expect(slow).toEqual({ ok: false, ended: 'It took more than 1 s.' });
    expect(beats).toBeGreaterThan(20);
    expect(await parseIn({ source: 'test', text: line })).toMatchObject({ ok: true });
  });

  it('of memory is ended', async () => {
    const { parse: parseIn } = limited({ heapMb: 16, timeoutMs: 20_000 });
    expect(await parseIn({ ...long, parser: copies(400, '{message} {message}') })).toEqual({
      ok: false,
      ended: 'It took more than 16 MiB of memory.',
    });
  });

  it('of an answer is cut, or refused where nothing would be left', async () => {
    const { parse: parseIn } = limited({});
    const cut = await parseIn({ ...asked, parser: copies(5, '{message}') });
    if (!cut.ok) throw new Error(JSON.stringify(cut));
    const { records: answered, left } = cut.value;
    expect([answered.length + left, answered.length > 0, left > 0]).toEqual([1_000, true, true]);
    expect(await parseIn({ ...long, parser: copies(30, '{message}') })).toEqual({
      ok: false,
      ended: 'What becomes of the first record takes more than 2 MiB.',
    });
  });

  it('of nesting is told', async () => {
    const { parse: parseIn } = limited({});
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(await parseIn({ source: 'test', documents: [{ deep }] })).toEqual({
      ok: false,
      ended: 'What was sent nests too deeply.',
    });
  });

  it('of turns is refused', async () => {
    const { parse: parseIn } = limited({ waiting: 1 });
    const all = await Promise.all([1, 2, 3].map(() => parseIn({ source: 'test', text: line })));
    expect(all.map((tried) => 'busy' in tried)).toEqual([false, false, true]);
  });
});
