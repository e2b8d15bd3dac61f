import type { TextPattern } from './text_pattern.ts';

/*
 * Secrets in texts. Each expression begins with a literal or repeats one class of characters, bounded: no text makes it
 * look at a character more than some hundred times.
 */

const secret = '[secret]';
const iban = '[iban]';

const names =
  'pass(?:word|wd|phrase|code)?|passwort|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|' +
  'credentials?|authorization|(?:j|php|asp\\.net_)?sess(?:ion)?_?id|sid|jwt|otp|pin|secret[_-]?key|signature|sig|' +
  'clientsecret|bearer';

/** `password=…`, `"apiKey": "…"`, `Authorization: Bearer …`. */
const named = new RegExp(
  `((?:${names})["']?[ \\t]{0,2}(?:=|:|%3d)[ \\t]{0,2})(?:((?:bearer|basic|digest|negotiate|token)[ \\t]{1,2}))?(?:"([^"]{1,4096})"|'([^']{1,4096})'|([^\\s"'&,;<>{}]{1,4096}))`,
  'gi',
);
/** `--password …`, `-pw …`, `/pass …`. */
const option =
  /((?:^|\s)(?:--?|\/)(?:pass(?:word|wd|phrase)?|pwd?|secret|token|api-?key|client-secret)[ \t]{1,3})(?!-|\/)("[^"]{1,1024}"|'[^']{1,1024}'|[^\s"']{1,1024})/gi;
/** `net user alice … /add`: what stands behind the name and is no option. */
const netUser =
  /(\bnet1?(?:\.exe)?["']?[ \t]{1,4}user[ \t]{1,4}(?:"[^"]{1,128}"|[^\s"/][^\s"]{0,127})[ \t]{1,4})(?!\/)(\S{1,256})/gi;
/** `https://alice:…@host`. */
const inUrl = /(:\/\/[^\s/:@?#]{0,128}:)([^\s/@]{1,256})(?=@)/g;
const scheme = /(\b(?:bearer|basic)[ \t]{1,2})([\w.~+/-]{12,4096}={0,2})/gi;
/** Runs of characters that tokens are made of; what they are is seen from their beginning. */
const run = /[\w.+~-]{16,}/g;
const token =
  /^(?:eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?\.?|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|sk-[\w-]{20,}|[sr]k_(?:live|test)_\w{16,}|AIza[\w-]{30,}|ya29\.[\w.-]{20,}|hv[sb]\.[\w-]{20,}|npm_[A-Za-z0-9]{30,}|SG\.[\w-]{16,}\.[\w-]{16,})$/;
const pem = '-----BEGIN ';
const accountNumber =
  /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])/g;

const mayHoldAccount = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9]{4}/;
const shortestAccount = 15;

const optionNames = ['pass', 'pw', 'secret', 'token', 'api', 'client-secret'];

/** Passwords, tokens and private keys; of each only `[secret]` is left. */
export const secretPatterns: readonly TextPattern[] = [
  { hints: ['-----begin'], apply: withoutPem },
  { hints: ['://'], apply: (text) => text.replace(inUrl, `$1${secret}`) },
  {
    hints: [
      ...[
        'pass',
        'pwd',
        'secret',
        'token',
        'key',
        'credential',
        'authoriz',
        'sess',
        'sid',
        'jwt',
        'otp',
        'pin',
      ],
      ...['sig', 'bearer'],
    ],
    also: ['=', ':', '%3d'],
    apply: (text) => text.replace(named, replaceNamed),
  },
  {
    hints: optionNames.flatMap((name) => [`-${name}`, `/${name}`]),
    also: [' ', '\t'],
    apply: (text) => text.replace(option, `$1${secret}`),
  },
  {
    hints: ['net'],
    also: ['user '],
    apply: (text) =>
      text.replace(netUser, (all, before: string, value: string) =>
        value === '*' || value === secret ? all : `${before}${secret}`,
      ),
  },
  { hints: ['bearer', 'basic'], apply: (text) => text.replace(scheme, `$1${secret}`) },
  {
    hints: [
      ...[
        'eyj',
        'akia',
        'asia',
        'aroa',
        'aida',
        'ghp_',
        'gho_',
        'ghu_',
        'ghs_',
        'ghr_',
        'github_',
        'glpat',
        'xox',
      ],
      ...['sk-', 'sk_', 'rk_', 'aiza', 'ya29', 'hvs.', 'hvb.', 'npm_', 'sg.'],
    ],
    apply: (text) => text.replace(run, tokensIn),
  },
];

/** The text without bank accounts; of each only `[iban]` is left. */
export const withoutAccounts = (text: string): string =>
  text.length >= shortestAccount && mayHoldAccount.test(text)
    ? text.replace(accountNumber, (found) => (isIban(found) ? iban : found))
    : text;

function replaceNamed(all: string, name: string, how = '', ...values: (string | undefined)[]): string {
  const value = values[0] ?? values[1] ?? values[2] ?? '';
  if (value === '' || value === secret || blank.test(value)) return all;
  // The folder that sudo ran in, as the shell calls it.
  if (name === 'PWD=' && value.startsWith('/')) return all;
  const mark = values[0] !== undefined ? '"' : values[1] !== undefined ? "'" : '';
  return `${name}${how}${mark}${secret}${mark}`;
}

/** What programs write in place of a secret. */
const blank =
  /^(?:\*+|x{3,}|(?:null|none|true|false|yes|no)\)?|\(null\)|<[^>]*>|-|\[?redacted\]?|%s|\$\{?\w+\}?)$/i;

/** A token may end a sentence, or be a part of a name. */
function tokensIn(found: string): string {
  const bare = found.replace(/[.-]+$/, '');
  return token.test(bare) ? secret + found.slice(bare.length) : found;
}

function withoutPem(text: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const begin = text.indexOf(pem, at);
    if (begin === -1) return out + text.slice(at);
    if (!text.slice(begin, begin + 64).includes('PRIVATE KEY')) {
      out += text.slice(at, begin + pem.length);
      at = begin + pem.length;
      continue;
    }
    const end = text.indexOf('-----END ', begin);
    const close = end === -1 ? -1 : text.indexOf('-----', end + 9);
    out += text.slice(at, begin) + secret;
    if (close === -1) return out;
    at = close + 5;
  }
}

/** ISO 13616: the remainder by 97 is 1. Its length by country is left to the remainder. */
function isIban(text: string): boolean {
  const plain = text.replace(/[ -]/g, '').toUpperCase();
  if (plain.length < 15 || plain.length > 34) return false;
  let rest = 0;
  for (const sign of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
