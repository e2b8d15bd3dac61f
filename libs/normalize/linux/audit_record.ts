/** One record of Linux' audit log: a line, or what follows a syslog header. */
export interface AuditRecord {
  /** E.g. `SYSCALL`; by its number where the kernel wrote no name and it is not known here. */
  readonly type: string;
  readonly node: string | undefined;
  /** Epoch milliseconds and number of the event, which its records share; undefined where the line has no stamp. */
  readonly time: number | undefined;
  readonly serial: string | undefined;
  /** Values by their names in order, decoded; those that say nothing are left out. */
  readonly values: ReadonlyMap<string, string>;
  /** Words that stand before the first pair, as in `avc:  denied  { read } for  pid=7`. */
  readonly words: string;
}

const head =
  /^(?:node=(\S{1,255}) )?(?:\[ *\d{1,10}\.\d{1,9}\] )?(?:audit: )?type=([\w[\]]{1,64}) (?:msg=)?audit\((\d{1,12})\.(\d{3})\d{0,6}:(\d{1,20})\): ?/;
/** As the journal has it: type and body. */
const bare = /^([A-Z][A-Z\d_]{2,40}) /;

/** Types that the kernel writes by number where no audit daemon takes its records (linux/audit.h). */
const numbered: Readonly<Record<string, string>> = {
  1130: 'SERVICE_START',
  1131: 'SERVICE_STOP',
  1300: 'SYSCALL',
  1302: 'PATH',
  1305: 'CONFIG_CHANGE',
  1306: 'SOCKADDR',
  1307: 'CWD',
  1309: 'EXECVE',
  1325: 'NETFILTER_CFG',
  1326: 'SECCOMP',
  1327: 'PROCTITLE',
  1334: 'BPF',
  1400: 'AVC',
  1404: 'MAC_STATUS',
  1700: 'ANOM_PROMISCUOUS',
  1701: 'ANOM_ABEND',
};

/** Reads one record; undefined where the line is none. */
export function readAuditRecord(line: string): AuditRecord | undefined {
  const match = head.exec(line);
  if (match === null) return undefined;
  const [whole, node, given = '', seconds, fraction, serial] = match;
  const type = numbered[given] ?? given.replace(/^UNKNOWN\[(\d+)\]$/, '$1');
  const time = Number(seconds) * 1_000 + Number(fraction);
  return { ...readBody(type, line.slice(whole.length)), node, time, serial };
}

/** Reads a record that has no stamp of its own; undefined where the text is none. */
export function readBareRecord(text: string): AuditRecord | undefined {
  const match = bare.exec(text);
  if (match === null) return undefined;
  const [whole, type = ''] = match;
  return { ...readBody(type, text.slice(whole.length)), node: undefined, time: undefined, serial: undefined };
}

/** Most pairs of a record that are looked at. */
const maxPairs = 1_024;

function readBody(type: string, body: string): Pick<AuditRecord, 'type' | 'values' | 'words'> {
  const values = new Map<string, string>();
  const words = readPairs(body, (name, raw) => {
    // Programs put their own pairs into one value of the kernel's.
    if (name === 'msg' && raw.startsWith("'"))
      readPairs(raw.slice(1).replace(/'$/, ''), (inner, text) => keep(values, type, inner, text));
    else keep(values, type, name, raw);
  });
  return { type, values, words };
}

/** Calls for each pair; answers the words before the first. Each character is looked at a fixed number of times. */
function readPairs(body: string, found: (name: string, raw: string) => void): string {
  // With log_format=ENRICHED, resolved names follow a separator.
  const text = body.replaceAll('\x1d', ' ');
  let words: string | undefined;
  let at = 0;
  let last: readonly [name: string, raw: string] | undefined;
  let equals = text.indexOf('=');
  for (let count = 0; equals >= 0 && count < maxPairs; count++) {
    const from = text.lastIndexOf(' ', equals) + 1;
    words ??= text.slice(0, from).trim();
    const name = text.slice(Math.max(from, at), equals).replace(/^,/, '');
    const end = valueEnd(text, equals + 1);
    const more = last === undefined || from <= at ? '' : text.slice(at, from).trim();
    // `op=adding user id=7`
    if (last !== undefined && more !== '') found(last[0], `${last[1]} ${more}`);
    last = [name, text.slice(equals + 1, end)];
    if (name !== '') found(...last);
    at = end;
    equals = text.indexOf('=', end);
  }
  return words ?? text.trim();
}

const closing: Readonly<Record<string, string>> = { '"': '"', '{': '}' };

function valueEnd(text: string, from: number): number {
  const first = text.charAt(from);
  if (first === "'") {
    const last = text.lastIndexOf("'");
    return last > from ? last + 1 : text.length;
  }
  const close = closing[first];
  const end = text.indexOf(close ?? ' ', from + 1);
  if (end < 0) return text.length;
  return close === undefined ? (first === ' ' ? from : end) : end + 1;
}

/** What anyone may choose: written in quotes, or in hexadecimal where quotes would not hold it. */
const chosen = new Set(
  'acct cmd comm cwd data dir exe file grp key name ocomm path proctitle profile unit'.split(' '),
);
const argument = /^a\d{1,6}$/;
const piece = /^(a\d{1,6})\[\d{1,6}\]$/;
const hexadecimal = /^(?:[\dA-F]{2})+$/;
const enriched = /^[A-Z]+$/;
const nothing = new Set(['', '?', '(null)', '(none)', '-1', '4294967295', 'unset']);

function keep(values: Map<string, string>, type: string, name: string, raw: string): void {
  const part = piece.exec(name)?.[1];
  const isChosen = chosen.has(name) || (type === 'EXECVE' && (part !== undefined || argument.test(name)));
  const text = decode(raw, isChosen);
  if (nothing.has(text) && (!raw.startsWith('"') || enriched.test(name))) return;
  if ((name === 'rdev' && text === '00:00') || (name.startsWith('cap_f') && text === '0')) return;
  if (part === undefined) values.set(name, text);
  else values.set(part, (values.get(part) ?? '') + text);
}

function decode(raw: string, isChosen: boolean): string {
  if (raw.startsWith('"')) return raw.slice(1, raw.endsWith('"') && raw.length > 1 ? -1 : undefined);
  if (!isChosen || !hexadecimal.test(raw)) return raw;
  return Buffer.from(raw, 'hex').toString('utf8').replace(/\0+$/, '');
}
