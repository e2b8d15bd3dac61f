import { compileDissect, dissectIssue } from '../processors/dissect_pattern.ts';
import { compileGrok } from '../processors/grok_pattern.ts';
import { createNamer, known, nameOf } from './field_names.ts';
import type { Shape, ShapeSlot } from './shapes.ts';
import type { Kind } from './tokens.ts';

/** A way to read lines of one shape. */
export interface Pattern {
  readonly processor: 'dissect' | 'grok' | 'kv';
  readonly pattern: string;
  /** Steps of a parser file. */
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

/** Share of the slots that are `key=value`, from which on lines are read as pairs. */
const mostlyPairs = 0.6;

/**
 * A pattern for the lines of a shape, tried on its examples: dissect where that reads them, else grok.
 *
 * @param module under which fields stand that ECS has no name for
 */
export function suggestPattern(shape: Shape, module: string): Pattern | undefined {
  const pairs = pairsOf(shape, module);
  if (pairs !== undefined) return pairs;
  const fields = namedSlots(shape, module);
  const times = timeSteps(shape, fields);
  const dissect = dissectOf(shape, fields);
  if (dissectIssue(dissect) === undefined) {
    const { cut } = compileDissect(dissect);
    if (shape.examples.every((line) => cut(line) !== undefined) && !hasRuns(shape))
      return { processor: 'dissect', pattern: dissect, steps: [{ dissect }, ...times] };
  }
  const grok = grokOf(shape, fields);
  return compileGrok(grok, {}).ok && fields.some((field) => field !== undefined)
    ? { processor: 'grok', pattern: grok, steps: [{ grok }, ...times] }
    : undefined;
}

/** Blanks that align columns differ from line to line. */
const hasRuns = ({ examples }: Shape): boolean => examples.some((line) => line.includes('  '));

/** The field of each slot; undefined for fixed ones. */
function namedSlots({ slots, separators }: Shape, module: string): (string | undefined)[] {
  const namer = createNamer(module);
  const before: string[] = [];
  return slots.map((slot, i) => {
    if ('fixed' in slot) {
      before.push(slot.fixed);
      return undefined;
    }
    const separator = separators[i] ?? '';
    const isNamed = /^[=:]\s?["']?$/.test(separator) && i > 0;
    const key = isNamed ? before.at(-1) : undefined;
    const name = namer.name(slot, before, key);
    before.push('');
    return name;
  });
}

function dissectOf({ slots, separators }: Shape, fields: readonly (string | undefined)[]): string {
  let pattern = '';
  for (const [i, slot] of slots.entries()) {
    pattern += separators[i] ?? '';
    const field = fields[i];
    if ('fixed' in slot) pattern += slot.fixed;
    else pattern += parts(slot, field ?? '');
  }
  return pattern + (separators.at(-1) ?? '');
}

/** A stamp with blanks in it ends at the first one: its parts are joined again. */
function parts({ kind, values }: Extract<ShapeSlot, { kind: Kind }>, field: string): string {
  const blanks = kind === 'time' ? (values[0]?.split(/ +/).length ?? 1) - 1 : 0;
  const first =
    kind === 'time' && /^[A-Z][a-z]{2} \w/.test(values[0] ?? '') ? `%{${field}->}` : `%{${field}}`;
  return blanks === 0 ? `%{${field}}` : `${first}${` %{+${field}}`.repeat(blanks)}`;
}

const grokNames: Partial<Record<Kind, string>> = {
  ip: 'IP',
  uuid: 'UUID',
  mac: 'MAC',
  email: 'EMAILADDRESS',
  domain: 'HOSTNAME',
  number: 'NUMBER',
};

function grokOf({ slots, separators }: Shape, fields: readonly (string | undefined)[]): string {
  let pattern = '^';
  for (const [i, slot] of slots.entries()) {
    pattern += literal(separators[i] ?? '');
    if ('fixed' in slot) pattern += literal(slot.fixed);
    else {
      const last = i === slots.length - 1 && separators.at(-1) === '';
      pattern += `%{${grokNames[slot.kind] ?? (last ? 'GREEDYDATA' : 'DATA')}:${fields[i]}}`;
    }
  }
  return `${pattern}${literal(separators.at(-1) ?? '')}$`;
}

const literal = (text: string): string =>
  text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(/ +/g, ' +');

/** What makes a time of the stamp, and takes its scratch field to the event. */
function timeSteps({ slots }: Shape, fields: readonly (string | undefined)[]) {
  const at = fields.indexOf('_time');
  const slot = slots[at];
  if (slot === undefined || 'fixed' in slot) return [];
  const format = formatOf(slot.values[0] ?? '');
  return format === undefined ? [] : [{ date: { field: '_time', formats: [format] } }];
}

function formatOf(stamp: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d/.test(stamp)) return 'ISO8601';
  if (/^[A-Z][a-z]{2} [A-Z]/.test(stamp)) return 'EEE MMM d HH:mm:ss yyyy';
  if (/^\d\d\/[A-Z]/.test(stamp)) return 'dd/MMM/yyyy:HH:mm:ss ZZ';
  if (/^[A-Z][a-z]{2} /.test(stamp)) return 'SYSLOG';
  const fraction = /[.,]\d+/.exec(stamp)?.[0];
  if (/^\d{4}\/\d\d\/\d\d/.test(stamp))
    return `yyyy/MM/dd HH:mm:ss${fraction === undefined ? '' : `${fraction[0]}${'S'.repeat(fraction.length - 1)}`}`;
  return undefined;
}

/** Lines of pairs are read whatever their order. */
function pairsOf({ slots, separators, examples }: Shape, module: string): Pattern | undefined {
  const keys = slots.flatMap((slot, i) =>
    'fixed' in slot && /^="?$/.test(separators[i + 1] ?? '') && /(?:^|[\s,;])$/.test(separators[i] ?? '')
      ? [{ key: slot.fixed, value: slots[i + 1] }]
      : [],
  );
  if (keys.length < 3 || (keys.length * 2) / slots.length < mostlyPairs) return undefined;
  const [first = ''] = examples;
  const pair = /=\S*?, ?\w/.test(first) ? ',' : /=\S*?; ?\w/.test(first) ? ';' : ' ';
  const move: Record<string, string> = {};
  for (const { key, value } of keys) {
    const kind = value !== undefined && 'kind' in value ? value.kind : undefined;
    const field = known(key, kind);
    if (field !== undefined && /^[\w-]+$/.test(key) && !Object.values(move).includes(field))
      move[`${module}.${key}`] = field;
  }
  const says = (name: string) => keys.some(({ key }) => key === name);
  const stamp =
    says('date') && says('time')
      ? [
          { template: { _time: `{${module}.date} {${module}.time}` } },
          { date: { field: '_time', formats: ['ISO8601'] } },
        ]
      : [];
  const kv = { to: module, ...(pair === ' ' ? {} : { pair, strip: ' ' }) };
  const steps = [{ kv }, ...(Object.keys(move).length > 0 ? [{ move }] : []), ...stamp];
  return { processor: 'kv', pattern: keys.map(({ key }) => `${nameOf(key)}=`).join(' '), steps };
}
