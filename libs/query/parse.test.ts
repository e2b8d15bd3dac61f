import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { and, type KqlNode, not, or } from './ast.ts';
import { parseKql } from './parse.ts';
import { printKql } from './print.ts';
import { tokenise } from './tokens.ts';

function ast(text: string): KqlNode {
  const result = parseKql(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.message} at ${result.error.start}`);
  return result.ast;
}

function fault(text: string) {
  const result = parseKql(text);
  if (result.ok) throw new Error(`${text} parses as ${printKql(result.ast)}`);
  return result.error;
}

const is = (field: string | null, text: string): KqlNode => ({
  kind: 'is',
  field,
  value: { type: 'literal', text },
});

describe('parseKql', () => {
  it.each<[query: string, node: KqlNode]>([
    ['', { kind: 'all' }],
    ['  \n', { kind: 'all' }],
    ['*', { kind: 'all' }],
    ['*: *', { kind: 'all' }],
    ['host.name: web1', is('host.name', 'web1')],
    ['host.name:web1', is('host.name', 'web1')],
    ['mimikatz', is(null, 'mimikatz')],
    ['"lsass dump"', is(null, 'lsass dump')],
    ['*: web1', is(null, 'web1')],
    ['a: "say \\"hi\\" \\\\ there"', is('a', 'say "hi" \\ there')],
    ['"odd field": x', is('odd field', 'x')],
    ['a: b AND c: d', and([is('a', 'b'), is('c', 'd')])],
    ['a: b oR c: d And e: f', or([is('a', 'b'), and([is('c', 'd'), is('e', 'f')])])],
    ['(a: b or c: d) and e: f', and([or([is('a', 'b'), is('c', 'd')]), is('e', 'f')])],
    ['not a: b', not(is('a', 'b'))],
    ['NOT (a: b)', not(is('a', 'b'))],
    ['not(a: b)', not(is('a', 'b'))],
    ['a: (b or c)', or([is('a', 'b'), is('a', 'c')])],
    ['a: (b and not c)', and([is('a', 'b'), not(is('a', 'c'))])],
    ['a in (b, c)', or([is('a', 'b'), is('a', 'c')])],
    ['a: in ("b c", 5)', or([is('a', 'b c'), is('a', '5')])],
    ['a not in (b, c)', not(or([is('a', 'b'), is('a', 'c')]))],
    ['x: y and a in (b)', and([is('x', 'y'), is('a', 'b')])],
    ['a: *', { kind: 'exists', field: 'a' }],
    ['a.*: *', { kind: 'exists', field: { parts: ['a.', ''] } }],
    ['a: b*c', { kind: 'is', field: 'a', value: { type: 'wildcard', parts: ['b', 'c'] } }],
    ['a: b\\*c', is('a', 'b*c')],
    ['a: "b*c"', is('a', 'b*c')],
    ['a >= 5', { kind: 'range', field: 'a', operator: '>=', value: '5' }],
    ['a<-5', { kind: 'range', field: 'a', operator: '<', value: '-5' }],
    ['@timestamp > now-15m', { kind: 'range', field: '@timestamp', operator: '>', value: 'now-15m' }],
    ['a: { b: c and d: e }', { kind: 'nested', field: 'a', child: and([is('b', 'c'), is('d', 'e')]) }],
    [
      'a: {b: {c: d}}',
      { kind: 'nested', field: 'a', child: { kind: 'nested', field: 'b', child: is('c', 'd') } },
    ],
    [
      'a: /^foo.*bar$/',
      { kind: 'is', field: 'a', value: { type: 'regex', source: '^foo.*bar$', ignoreCase: false } },
    ],
    ['a: /a\\/b/i', { kind: 'is', field: 'a', value: { type: 'regex', source: 'a/b', ignoreCase: true } }],
    ['a: /usr/bin/sudo', is('a', '/usr/bin/sudo')],
    ['source.ip: 10.0.0.0/8', is('source.ip', '10.0.0.0/8')],
    ['source.ip: fe80::1', is('source.ip', 'fe80::1')],
    ['source.ip: (::1 or 2001:db8::/32)', or([is('source.ip', '::1'), is('source.ip', '2001:db8::/32')])],
    ['fe80::1 and a: b', and([is(null, 'fe80::1'), is('a', 'b')])],
    ['a: C:\\Windows\\System32\\cmd.exe', is('a', 'C:\\Windows\\System32\\cmd.exe')],
    ['a: "C:\\temp\\new.exe"', is('a', 'C:\\temp\\new.exe')],
    ['a: "C:\\\\temp"', is('a', 'C:\\temp')],
    ['a: \\\\server\\share', is('a', '\\\\server\\share')],
    [
      'a: *\\temp\\cmd.exe',
      { kind: 'is', field: 'a', value: { type: 'wildcard', parts: ['', '\\temp\\cmd.exe'] } },
    ],
    [
      'a: C:\\Users\\*\\x.exe',
      { kind: 'is', field: 'a', value: { type: 'wildcard', parts: ['C:\\Users\\', '\\x.exe'] } },
    ],
    ['a: foo\\and', is('a', 'fooand')],
    ['a: \\or', is('a', 'or')],
    ['android', is(null, 'android')],
    ['order notes', { kind: 'is', field: null, value: { type: 'words', words: ['order', 'notes'] } }],
    ['foo bar*baz', { kind: 'is', field: null, value: { type: 'wildcard', parts: ['foo bar', 'baz'] } }],
    ['a: -enc', is('a', '-enc')],
    ['a: "\0\u{1F600}\'; DROP TABLE x"', is('a', "\0\u{1F600}'; DROP TABLE x")],
  ])('reads %j', (query, node) => {
    expect(ast(query)).toEqual(node);
  });

  it.each<[query: string, suggestion: string | undefined, at: number]>([
    ['_exists_:user.name', 'user.name: *', 0],
    ['a: b and _exists_:c', 'a: b and c: *', 9],
    ['a:[1 TO 5]', '(a >= 1 and a <= 5)', 0],
    ['a:{1 TO 5]', '(a > 1 and a <= 5)', 0],
    ['a:[* TO 5}', 'a < 5', 0],
    ['not a:[1 TO 5]', 'not (a >= 1 and a <= 5)', 4],
    ['a:>=5', 'a >= 5', 0],
    ['a: b && c: d', 'a: b and c: d', 5],
    ['a: b||c: d', 'a: b or c: d', 4],
    ['a: b || -c: d', 'a: b or not c: d', 5],
    ['-a: b', 'not a: b', 0],
    ['!a', 'not a', 0],
    ['+a', 'a', 0],
    ['a == b', 'a: b', 0],
    ['a != b', 'not a: b', 0],
    ['url: http://x/y?z', 'url: "http://x/y?z"', 5],
    ['a: b c: d', 'a: b and c: d', 5],
    ['boom a: b', 'boom and a: b', 5],
    ['a: b "c"', 'a: b and "c"', 5],
    ['a: b not c: d', 'a: b and not c: d', 5],
    ['(a: b', '(a: b)', 0],
    ['a: {b: c', 'a: {b: c}', 3],
    ['a: b)', undefined, 4],
    ['a: ', undefined, 3],
    ['a: b and', undefined, 8],
    ['and', undefined, 0],
    ['a: "b', undefined, 3],
    ['a >', undefined, 3],
    ['a: {b}', undefined, 4],
    ['a: /(?=x)/', undefined, 3],
    ['a: /(/', undefined, 3],
    [`${'('.repeat(60)}a${')'.repeat(60)}`, undefined, 50],
    ['x'.repeat(10_001), undefined, 10_000],
  ])('refuses %j with %j', (query, suggestion, at) => {
    const error = fault(query);
    expect(error.suggestion).toEqual(suggestion);
    expect(error.start).toBe(at);
    expect(error.end).toBeGreaterThanOrEqual(error.start);
  });

  it.each<[query: string, ...faults: string[]]>([
    [
      'a: and b: c: d or (x >= ) and -y',
      '3-4 before “and”',
      '10-12 quoted',
      '24-25 before “)”',
      '30-31 “not”',
    ],
    ['a == 1 && b == 2', '0-6 “:”', '7-10 “and”', '10-16 “:”'],
    ['(a: b "c" and d:) or e: {f}', '6-7 missing here', '16-17 before “)”', '25-26 needs a field'],
    ['a: (b or c: d or ) or f', '9-11 quoted', '17-18 before “)”'],
    ['a in (b, , "c" d) and e: /(?=x)/', '9-10 before “,”', '15-16 missing here', '25-32 Look-around'],
    [
      'a: b) and c: {d*: 1 and (e',
      '4-5 closes nothing',
      '14-16 no wildcard',
      '25-26 needs a field',
      '24-25 never closed',
      '13-14 never closed',
    ],
    ['a*: {b: c and d: e} and f:', '0-2 no wildcard', '26-26 at the end'],
    ['a: "b) and c:', '3-13 never closed'],
    ['() or ()', '1-2 before “)”', '7-8 before “)”'],
    [`${'('.repeat(55)}a${')'.repeat(55)} and b:`, '50-51 50 deep', '118-118 at the end'],
  ])('goes on behind each fault of %j', (query, ...faults) => {
    const result = parseKql(query);
    const told = result.ok ? [] : result.faults;
    const said = told.map(({ start, end, message }) => `${start}-${end} ${message}`);
    expect(said).toHaveLength(faults.length);
    for (const [i, one] of faults.entries()) {
      const [place, ...words] = one.split(' ');
      expect(said[i]?.split(' ')[0]).toBe(place);
      expect(said[i]).toContain(words.join(' '));
    }
  });

  it('tells ten faults at most, and how to put each right', () => {
    const result = parseKql(Array.from({ length: 30 }, (_, i) => `a${i} == ${i}`).join(' or '));
    if (result.ok) throw new TypeError('It is no KQL.');
    expect(result.faults).toHaveLength(10);
    expect(result.faults[1]).toEqual({
      ...{ message: 'KQL compares with “:”, not “==”.', start: 11, end: 18 },
      fix: { start: 11, end: 18, text: 'a1: 1' },
    });
  });

  it('warns where several bare words are one value', () => {
    const result = parseKql('a: 200 404 and b: c');
    expect(result).toMatchObject({
      ok: true,
      warnings: [{ start: 3, end: 10, suggestion: 'a: (200 or 404) and b: c' }],
    });
    expect(parseKql('message: failed password')).toMatchObject({
      warnings: [{ suggestion: 'message: "failed password"' }],
    });
    expect(parseKql('failed password')).toMatchObject({ ok: true, warnings: [] });
  });

  it('never throws, and a suggestion always parses', () => {
    const pieces = fc.constantFrom(
      ...[
        'a',
        'b:',
        ':',
        '(',
        ')',
        '{',
        '}',
        '"',
        '*',
        '\\',
        ' and ',
        ' or ',
        'not ',
        '>=',
        '/',
        '-',
        '&&',
        '||',
        ' ',
      ],
      ...['[1 TO 2]', '_exists_:', ' in ', ',', '::', '\u{1F600}', '\0', '\n'],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces).map((all) => all.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          const result = parseKql(text);
          if (!result.ok && result.error.suggestion !== undefined)
            expect(parseKql(result.error.suggestion).ok).toBe(true);
          for (const { start, end } of result.ok ? [] : result.faults) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(text.length);
          }
          if (result.ok) expect(ast(printKql(result.ast))).toEqual(result.ast);
          let end = 0;
          for (const token of tokenise(text)) {
            expect(token.start).toBeGreaterThanOrEqual(end);
            expect(token.end).toBeLessThanOrEqual(text.length);
            end = token.end;
          }
        },
      ),
      { numRuns: 500, examples: [['\\_exists_:a']] },
    );
  });
});
