const capitalDottedI = '\u0130';

/**
 * Folds case for Sigma's insensitive comparison: Unicode's simple lower-case mapping, one UTF-16 unit for one, so
 * that offsets into the folded text are offsets into the text. It differs from `toLowerCase` in two letters:
 * U+0130 becomes `i` (not `i` and a combining dot), and every sigma becomes U+03C3, wherever in the word it stands.
 */
export function fold(text: string): string {
  if (text.includes(capitalDottedI)) return fold(text.replaceAll(capitalDottedI, 'i'));
  const lower = text.toLowerCase();
  return lower.includes('\u03c2') ? lower.replaceAll('\u03c2', '\u03c3') : lower;
}
