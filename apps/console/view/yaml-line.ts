export type TokenKind = 'plain' | 'key' | 'string' | 'note' | 'mark';

export interface Token {
  readonly text: string;
  readonly kind: TokenKind;
  readonly start: number;
}

const keyPattern = /^(\s*(?:- )*)([A-Za-z0-9_.|@-]+|'[^']*'|"[^"]*")(:)(?=\s|$)/;

/** Colours one line of YAML well enough to read a rule by; not a parser. */
export function yamlTokens(line: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const push = (text: string, kind: TokenKind): void => {
    if (text !== '') tokens.push({ text, kind, start: at });
    at += text.length;
  };
  const note = noteStart(line);
  const body = note === -1 ? line : line.slice(0, note);
  const key = keyPattern.exec(body);
  let rest = body;
  if (key !== null) {
    push(key[1] ?? '', 'mark');
    push(key[2] ?? '', 'key');
    push(':', 'mark');
    rest = body.slice(key[0].length);
  } else {
    const dash = /^\s*(?:- )+/.exec(body)?.[0] ?? '';
    push(dash, 'mark');
    rest = body.slice(dash.length);
  }
  push(rest, /^\s*['"]/.test(rest) ? 'string' : 'plain');
  if (note !== -1) push(line.slice(note), 'note');
  return tokens;
}

/** Where a comment begins: a `#` at the start or after a space, outside quotes. */
function noteStart(line: string): number {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if ((char === "'" || char === '"') && /[\s:[{,-]/.test(line[i - 1] ?? ' ')) {
      quote = char;
    } else if (char === '#' && /\s/.test(line[i - 1] ?? ' ')) {
      return i;
    }
  }
  return -1;
}
