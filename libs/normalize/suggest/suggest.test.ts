import { describe, expect, it } from 'vitest';
import { recordOf } from '../normalised.suite.ts';
import { createDispatch, noDispatch } from '../parsers/dispatch.ts';
import { readParser } from '../parsers/load.ts';
import { createShapes } from './shapes.ts';
import { createSuggesting } from './suggest.ts';
import { tokenise } from './tokens.ts';

const suggest = async (lines: readonly string[]) => {
  const suggesting = createSuggesting(noDispatch, 'acme.app');
  for (const line of lines) suggesting.add(recordOf(line), 'test');
  return suggesting.suggestions();
};
const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'];
const repeat = (line: (i: number, name: string) => string, count = 12): string[] =>
  Array.from({ length: count }, (_, i) => line(i, names[i % names.length] as string));

/** What the suggested steps make of a line, in a parser of their own. */
function parsed(shape: Awaited<ReturnType<typeof suggest>>['shapes'][0], line: string) {
  const { match, steps } = shape;
  const text = JSON.stringify({ name: 'acme.app', title: 'A', match, processors: steps });
  const parser = readParser(text, 'acme.yml', {});
  if ('issues' in parser) throw new Error(JSON.stringify(parser.issues));
  const suggesting = createSuggesting(createDispatch([parser]), 'acme.app');
  suggesting.add(recordOf(line), 'test');
  return suggesting.suggestions();
}

describe('suggestions', () => {
  it.each([
    [
      'words and addresses',
      repeat((i, name) => `User ${name} logged in from 192.0.2.${i} port ${4000 + i}`),
      'dissect',
      'User %{user.name} logged in from %{source.ip} port %{source.port}',
    ],
    [
      'a stamp with a blank, a level',
      repeat(
        (i, name) => `2026-11-21 09:08:0${i % 10},12${i % 10} INFO [main] Session of user ${name} ended`,
      ),
      'dissect',
      '%{_time} %{+_time} %{log.level} [main] Session of user %{user.name} ended',
    ],
    [
      'columns aligned by blanks',
      repeat((i, name) => `${(i % 2 ? 'WARN' : 'INFO').padEnd(6)} ${name} from 2001:db8::${i}`),
      'grok',
      '^%{DATA:log.level} +%{DATA:acme.word} +from +%{IP:source.ip}$',
    ],
    [
      'quoted texts and paths',
      repeat((i) => `client 198.51.100.${i} asked "GET /a/${i}" of /srv/www/${i}`),
      'dissect',
      'client %{source.ip} asked "%{acme.asked}" of %{file.path}',
    ],
  ])('reads %s', async (_, lines, processor, pattern) => {
    const { shapes } = await suggest(lines);
    expect(shapes).toHaveLength(1);
    expect(shapes[0]).toMatchObject({ count: 12, share: 1, processor, pattern });
    expect(await parsed(shapes[0] as never, lines[3] as string)).toMatchObject({ understood: 1 });
  });

  it('reads pairs, and moves what ECS has names for', async () => {
    const lines = repeat(
      (i, name) => `date=2026-11-21 time=09:08:01 srcip=192.0.2.${i} action="deny" user=${name} level=notice`,
    );
    const { shapes } = await suggest(lines);
    expect(shapes[0]).toMatchObject({ processor: 'kv', match: { starts_with: 'date=' } });
    expect(shapes[0]?.steps).toEqual([
      { kv: { to: 'acme' } },
      {
        move: {
          'acme.srcip': 'source.ip',
          'acme.action': 'event.action',
          'acme.user': 'user.name',
          'acme.level': 'log.level',
        },
      },
      { template: { _time: '{acme.date} {acme.time}' } },
      { date: { field: '_time', formats: ['ISO8601'] } },
    ]);
    expect(await parsed(shapes[0] as never, lines[0] as string)).toMatchObject({ understood: 1 });
  });

  it('reads messages of syslog by their program, and shows the whole lines', async () => {
    const lines = repeat(
      (i, name) => `<38>Nov 21 09:08:01 web1 doord[7]: badge of ${name} refused at gate ${i}`,
    );
    const { shapes } = await suggest(lines);
    expect(shapes[0]).toMatchObject({
      program: 'doord',
      match: { program: 'doord' },
      pattern: 'badge of %{acme.badge} refused at gate %{acme.gate}',
    });
    expect(shapes[0]?.examples[0]).toBe(lines[0]);
    expect(await parsed(shapes[0] as never, lines[1] as string)).toMatchObject({ understood: 1 });
  });

  it('reads documents by their members', async () => {
    const lines = repeat((i, name) =>
      JSON.stringify({ user: name, src_ip: `192.0.2.${i}`, timestamp: '2026-11-21T09:08:01Z', door: i }),
    );
    const { shapes } = await suggest(lines);
    expect(shapes[0]).toMatchObject({ processor: 'document', count: 12 });
    expect(await parsed(shapes[0] as never, lines[1] as string)).toMatchObject({ understood: 1 });
  });

  it('puts the most frequent first and counts what is understood', async () => {
    const { shapes, records, understood } = await suggest([
      ...repeat((_, name) => `rarely ${name} knocks`, 3),
      ...repeat((i) => `door ${i} is open`, 9),
      '<38>Nov 21 09:08:01 web1 sshd[7]: Failed password for root from 192.0.2.7 port 22 ssh2',
    ]);
    expect(shapes.map(({ count, shape }) => [count, shape])).toEqual([
      [9, 'door … is open'],
      [3, 'rarely … knocks'],
    ]);
    expect([records, understood]).toEqual([13, 1]);
  });
});

describe('shapes', () => {
  it('stay bounded and linear on lines that all differ', () => {
    const shapes = createShapes();
    const before = process.cpuUsage();
    for (let i = 0; i < 20_000; i++) {
      const letter = (n: number) => String.fromCharCode(97 + (n % 26));
      const word = () => `${letter(i)}${letter(i >> 3)}${letter(i >> 5)}${letter(i >> 7)}`;
      shapes.add(`${word()}${'.,;:!?/'[i % 7]}${word()} ${'-+*#'.repeat(i % 50)}`);
    }
    const { user } = process.cpuUsage(before);
    expect(shapes.list().length).toBeLessThanOrEqual(5_000);
    expect(shapes.list().reduce((sum, { count }) => sum + count, 0) + shapes.others()).toBe(20_000);
    expect(user / 20_000).toBeLessThan(500);
  });

  it('give back the line that was cut', () => {
    for (const line of [
      '',
      '"',
      'a "b" c=""',
      'x'.repeat(5_000),
      '1.2.3.4:5 [::1]:80 <a@example.org> 50% C:\\a\\b é ü',
      '%{x} "unclosed',
      `${'a.'.repeat(1_500)}`,
      `${'1:'.repeat(900)}`,
    ]) {
      const { slots, separators } = tokenise(line);
      const again = slots.map(({ text }, i) => separators[i] + text).join('') + separators.at(-1);
      expect(again).toBe(line);
      expect(separators).toHaveLength(slots.length + 1);
    }
  });
});
