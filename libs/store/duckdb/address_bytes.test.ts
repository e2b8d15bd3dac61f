import { addressKey } from '@tidewatch/query';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyBytes, writeAddressKey } from './address_bytes.ts';

const part = fc.oneof(
  fc.nat(300).map(String),
  fc.constantFrom('', '00', '01', '0', '255', '1000', 'a', ':', 'ffff'),
);
const address = fc.oneof(
  fc.array(part, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.')),
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((text) => `::FFFF:${text}`),
  fc.string(),
);

it('makes the same keys as addressKey', () => {
  fc.assert(
    fc.property(address, fc.constantFrom('', '1', '.5'), (text, after) => {
      const bytes = Buffer.from(`"${text}${after}`);
      const to = Buffer.alloc(keyBytes + 4, '-');
      const isAddress = writeAddressKey(bytes, 1, 1 + Buffer.byteLength(text), to, 2);
      expect(isAddress ? to.toString() : undefined).toBe(
        addressKey(text) === undefined ? undefined : `--${addressKey(text)}--`,
      );
    }),
    { numRuns: 2_000 },
  );
});
