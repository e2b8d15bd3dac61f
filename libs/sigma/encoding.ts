import type { Token } from './pattern.ts';

export type WideEncoding = 'utf16le' | 'utf16be' | 'utf16';

/**
 * Encodes the literal pieces as UTF-16 bytes, one character (U+0000 to U+00FF) for one byte; `utf16` puts the byte
 * order mark FF FE in front (specification, Encoding). Wildcards stay.
 */
export function encodeWide(tokens: readonly Token[], encoding: WideEncoding): Token[] {
  const encoded = tokens.map((token) => {
    if (typeof token !== 'string') return token;
    const bytes = Buffer.from(token, 'utf16le');
    return (encoding === 'utf16be' ? bytes.swap16() : bytes).toString('latin1');
  });
  if (encoding !== 'utf16') return encoded;
  const [first, ...rest] = encoded;
  return typeof first === 'string' ? [`\u00ff\u00fe${first}`, ...rest] : ['\u00ff\u00fe', ...encoded];
}

export const encodeBase64 = (bytes: Buffer): string => bytes.toString('base64');

const firstStable = [0, 2, 3] as const;
const unstableTail = [0, 3, 2] as const;

/**
 * The three forms that bytes take inside a longer base64 text, by their offset modulo 3, without the characters at
 * both ends that depend on the neighbours. At least two bytes are needed for all three to have a stable part.
 */
export function base64Offsets(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, ' '), bytes]).toString('base64');
    const tail = unstableTail[(bytes.length + offset) % 3] as number;
    return encoded.slice(firstStable[offset], encoded.length - tail);
  });
}
