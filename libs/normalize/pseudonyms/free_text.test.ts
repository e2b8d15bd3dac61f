import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../test/any_text.ts';
import { fuzzRuns } from '../../../test/fuzz_runs.ts';
import { ownTime } from '../../../test/own_time.ts';
import { createTextScanner } from './free_text.ts';
import { knownValues } from './known.ts';
import { type Label, labelledLines, plainLines } from './text_corpus.suite.ts';

const pseudonym = 'p1-20261101-0123456789abcdef01234567';
const scan = createTextScanner();
const scanned = (text: string): string => scan(text, undefined, true, () => pseudonym);
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('the labelled lines', () => {
  it('lose at least 95 of 100 values of each kind', () => {
    const sums: Record<Label, { found: number; all: number }> = {
      user: { found: 0, all: 0 },
      mail: { found: 0, all: 0 },
      iban: { found: 0, all: 0 },
      token: { found: 0, all: 0 },
    };
    for (const { line, labels } of labelledLines) {
      const out = scanned(line);
      for (const { label, value } of labels) {
        const elsewhere = count(line, value) - labels.filter((other) => other.value === value).length;
        sums[label].all++;
        if (count(out, value) <= elsewhere) sums[label].found++;
      }
    }
    expect(labelledLines.length).toBeGreaterThan(300);
    for (const [label, { found, all }] of Object.entries(sums)) {
      expect(all, label).toBeGreaterThan(20);
      expect(found / all, label).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('lose hardly anything else: of 100 stretches that are replaced, at least 95 are labelled', () => {
    let [all, labels] = [0, 0];
    for (const line of [...labelledLines, ...plainLines.map((line) => ({ line, labels: [] }))]) {
      const replaced = scanned(line.line).match(/p1-20261101-[\da-f]{24}|\[secret\]|\[iban\]/g)?.length ?? 0;
      all += replaced;
      labels += Math.min(replaced, line.labels.length);
    }
    expect(all).toBeGreaterThan(300);
    expect(labels / all).toBeGreaterThanOrEqual(0.95);
  });

  it('that hold nothing stay as they are', () => {
    expect(plainLines.map(scanned)).toEqual(plainLines);
  });
});

describe('a text', () => {
  it('is the same when it is scanned again', () => {
    for (const { line } of labelledLines) {
      const once = scanned(line);
      expect(scanned(once), line).toBe(once);
    }
  });

  it('has known values replaced as whole words, in any case, and those alone where no names are looked for', () => {
    const known = knownValues(new Set(['bob', 'al', '192.0.2.7', 'a.b*c']));
    const replaced = (text: string) => scan(text, known, false, (found) => `<${found}>`);
    expect(replaced('BOB met bobby, bob_ and Bob.')).toBe('<BOB> met bobby, bob_ and <Bob>.');
    expect(replaced('al, 192.0.2.7 and 192.0.2.71')).toBe('al, <192.0.2.7> and 192.0.2.71');
    expect(replaced('a.b*c or aXb*c')).toBe('<a.b*c> or aXb*c');
    expect(replaced('user=carol')).toBe('user=carol');
  });

  it.each([
    'eyJ-',
    'a@',
    'a.',
    'user=',
    'password=',
    '\\Users\\',
    'DE89 ',
    'AB12-',
    'by a ',
    'net user ',
    'x@y.',
    '://a:',
    "'",
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN ',
    `${'a'.repeat(900)} : TTY=`,
    `${'!'.repeat(64)}@${`${'a'.repeat(62)}.`.repeat(8)}`,
    'for user "',
    'CORP\\',
    '(at)',
    'session ',
  ])('of 65,536 characters of %j takes less than a tenth of a second of computing', (part) => {
    const text = part.repeat(Math.ceil(65_536 / part.length)).slice(0, 65_536);
    scanned(text);
    const before = ownTime();
    scanned(text);
    expect(ownTime() - before).toBeLessThan(100);
  });

  it('never makes it throw', () => {
    fc.assert(
      fc.property(anyText(300), (text) => typeof scanned(text) === 'string'),
      { numRuns: fuzzRuns(100) },
    );
  });
});
