import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ownTime } from '../../test/own_time.ts';
import { formatIssues, nearestOf, validateYaml } from './validate.ts';

const schema = z.strictObject({
  http: z
    .strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().default(8420) })
    .prefault({}),
  inputs: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('syslog'), protocols: z.array(z.string()).optional() }),
        z.strictObject({ type: z.literal('file'), paths: z.array(z.string()) }),
      ]),
    )
    .default([]),
});

const issuesOf = (text: string) => {
  const result = validateYaml(text, schema);
  return result.ok ? [] : result.issues;
};

describe('validateYaml', () => {
  it('fills defaults, and takes an empty file for an empty object', () => {
    expect(validateYaml('', schema)).toEqual({
      ok: true,
      value: { http: { host: '127.0.0.1', port: 8420 }, inputs: [] },
    });
  });

  it('names the nearest known key with its position', () => {
    expect(issuesOf('http:\n  prot: 1\n')).toEqual([
      { path: 'http.prot', message: 'unknown key; did you mean "port"?', line: 2, column: 3 },
    ]);
  });

  it('lists what is known where nothing is near', () => {
    expect(issuesOf('colour: red')[0]?.message).toBe('unknown key; known keys are http, inputs');
  });

  it('looks inside the member of a union that the discriminator chose', () => {
    expect(issuesOf('inputs:\n  - type: file\n    path: [/var/log/a]\n    paths: [b]\n')).toEqual([
      { path: 'inputs.0.path', message: 'unknown key; did you mean "paths"?', line: 3, column: 5 },
    ]);
  });

  it('looks inside the member of a union whose kind the value has', () => {
    const union = z.strictObject({
      alerts: z.union([z.literal('none'), z.array(z.strictObject({ rule: z.string(), count: z.int() }))]),
    });
    const result = validateYaml('alerts:\n  - { rle: a, cout: 2 }\n', union);
    expect(result.ok ? [] : result.issues.map(({ message }) => message)).toContain(
      'unknown key; did you mean "rule"?',
    );
  });

  it('names the nearest kind, and what is missing', () => {
    expect(issuesOf('inputs:\n  - type: sylog\n')).toEqual([
      { path: 'inputs.0.type', message: '"sylog" is not known; did you mean "syslog"?', line: 2, column: 5 },
    ]);
    expect(issuesOf('inputs:\n  - {}\n')[0]?.message).toBe('is missing; choose one of syslog, file');
    expect(issuesOf('inputs:\n  - type: file\n')[0]).toMatchObject({
      path: 'inputs.0.paths',
      message: 'is missing',
    });
  });

  it('gives the position of a value of the wrong type', () => {
    expect(issuesOf('http:\n  host: a\n  port: many\n')).toMatchObject([
      { path: 'http.port', line: 3, column: 3 },
    ]);
  });

  it('gives the position of what is not YAML', () => {
    const issues = issuesOf('http:\n  host: [unclosed\n');
    expect(issues.length).toBeGreaterThan(0);
    expect(issues[0]?.line).toBeGreaterThanOrEqual(2);
  });

  it('keeps dates as strings', () => {
    expect(validateYaml('day: 2026-01-31', z.object({ day: z.string() }))).toEqual({
      ok: true,
      value: { day: '2026-01-31' },
    });
  });
});

describe('formatIssues', () => {
  it('puts the place in front', () => {
    expect(formatIssues(issuesOf('http:\n  prot: 1\n'))).toBe(
      '  line 2, column 3: http.prot: unknown key; did you mean "port"?',
    );
  });
});

describe('nearestOf', () => {
  it.each([
    ['prot', ['port', 'host'], 'port'],
    ['Hosts', ['port', 'host'], 'host'],
    ['x', ['port', 'host'], undefined],
    ['governence', ['governance', 'plugins'], 'governance'],
  ])('%s among %j is %s', (key, known, expected) => {
    expect(nearestOf(key, known)).toBe(expected);
  });
});

describe('aliases', () => {
  it.each([
    ['stand for billions of values', `a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n${bomb()}`],
    ['stand inside themselves', 'a: &a [*a]\n'],
  ])('are refused where they %s', (_, text) => {
    expect(validateYaml(text, z.unknown())).toMatchObject({
      ok: false,
      issues: [{ message: expect.stringContaining('values') }],
    });
  });

  it('are taken where they repeat a little', () => {
    expect(validateYaml('a: &a [1]\nb: *a\n', z.unknown())).toEqual({ ok: true, value: { a: [1], b: [1] } });
  });
});

describe('nesting', () => {
  it.each([
    ['lists in lines', '- '.repeat(50_000)],
    ['lists in brackets', '['.repeat(50_000)],
    ['maps in braces', '{a: '.repeat(50_000)],
    ['keys', '? '.repeat(50_000)],
    ['what stands behind a mistake', `a: b: c\n${'['.repeat(5_000)}`],
  ])('is refused where it is deep, before it fills the stack: %s', (_, text) => {
    expect(issuesOf(text)).toEqual([{ path: '', message: 'is nested deeper than 100 levels' }]);
  });

  it('is taken where it is not', () => {
    const text = `${'['.repeat(90)}${']'.repeat(90)}`;
    expect(validateYaml(text, z.unknown())).toMatchObject({ ok: true });
  });
});

function bomb(): string {
  const lines = Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`)}]`);
  return `${lines.join('\n')}\n`;
}

describe('what is long and wrong', () => {
  it.each([
    ['unknown keys', Array.from({ length: 20_000 }, (_, i) => `key${i}: x`).join('\n')],
    ['one key again and again', 'type: x\n'.repeat(25_000)],
    ['an open list', `[${'{a: '.repeat(40)}${'x, '.repeat(60_000)}`],
    ['a map of keys alone', `{${'a,'.repeat(100_000)}}`],
    ['tabs', `a: b\n${'\tx: y\n'.repeat(33_000)}`],
  ])('is refused without looking at all of it: %s', (_what, text) => {
    const began = ownTime();
    const read = validateYaml(text, z.strictObject({ name: z.string() }));
    const took = ownTime() - began;
    expect(read.ok ? 0 : read.issues.length).toBeGreaterThan(0);
    expect(read.ok ? 0 : read.issues.length).toBeLessThanOrEqual(20);
    // Milliseconds where it is bounded, minutes where it is not.
    expect(took).toBeLessThan(2_000);
  });
});
