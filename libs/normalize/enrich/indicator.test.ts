import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyOf } from './indicator.ts';

it('looks URLs up in the form that WHATWG gives them', () => {
  const piece = fc.constantFrom(
    ...'a B 0 7f 0x1 1.2 . .. - _ xn-- é % %2e %41 / // /. ? # : :80 :443 @ & = ~ ! $ * ( ) , ; + [ ] | ^ ` { } < > " \\'.split(
      ' ',
    ),
    "'",
    ' ',
    'example.org',
    '192.0.2.1',
  );
  const scheme = fc.constantFrom('http://', 'https://', 'http://example.org/', 'http://example.org/?');
  fc.assert(
    fc.property(scheme, fc.array(piece, { maxLength: 8 }), (start, pieces) => {
      const text = start + pieces.join('');
      const url = URL.parse(text);
      if (url !== null) Object.assign(url, { hash: '', username: '', password: '' });
      expect(keyOf('url', text)).toBe(url?.href);
    }),
    { numRuns: 5_000 },
  );
});
