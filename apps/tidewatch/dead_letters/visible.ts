/** What a terminal would obey, or what would make text read otherwise than it stands: controls, and marks of direction. */
const hidden = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const escaped = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** One line that can be printed anywhere, at most `width` characters long. */
export function visibleLine(text: string, width: number): string {
  const line = text.slice(0, width + 1).replace(hidden, escaped);
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

/** As {@link visibleLine}, with its line breaks and tabs. */
export const visibleText = (text: string): string =>
  text.replace(hidden, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );

/** JSON of which a terminal obeys nothing; it reads back as the same. */
export const visibleJson = (value: unknown): string => JSON.stringify(value).replace(hidden, escaped);

/** Bytes as offset, hexadecimal and ASCII, sixteen a line. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}
