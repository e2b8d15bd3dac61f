import fc from 'fast-check';

/** Texts of any UTF-16 code units, halves of pairs too. fast-check's own `binary` takes a second to make. */
export const anyText = (maxLength = 10): fc.Arbitrary<string> =>
  fc.array(fc.nat(0xffff), { maxLength }).map((codes) => String.fromCharCode(...codes));
