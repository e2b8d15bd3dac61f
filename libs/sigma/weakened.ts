import { entriesFor, fieldTable, placesIn } from './field_table/index.ts';
import { dashes, type Pattern, type Token, wild } from './pattern.ts';
import type { Condition, Item, Selection, SigmaRule } from './rule.ts';

/** What a rule asks of a value that a pseudonym does not answer. */
export type Asks = 'constant' | 'substring' | 'regular_expression' | 'network' | 'number' | 'reference';

/** A place of a rule that looks into a value which is replaced by a pseudonym. */
export interface Weakened {
  readonly rule: string;
  readonly title: string;
  readonly level: string;
  /** As the rule calls it, and the path of the field that is replaced. */
  readonly field: string;
  readonly path: string;
  readonly asks: Asks;
  /** What it looks for, as written; at most ten. */
  readonly values: readonly string[];
  /** `misses`: it may find less; `noise`: an exclusion holds no more, and it may find more. */
  readonly effect: 'misses' | 'noise';
  /** What would bring it back: to ask for an attribute that is derived before, or to leave the field in the clear. */
  readonly restore: { readonly attribute: string } | { readonly leaveClear: string };
}

export interface WeakenedOptions {
  /** Paths of fields that are replaced, with all below them. */
  readonly fields: readonly string[];
  /** Whether a value stays as it is: rules that look for it find it. */
  readonly staysClear: (value: string) => boolean;
  /** Such values, lower case, in which rules may look for parts. */
  readonly clear: readonly string[];
}

/** How Windows calls what ECS fields hold as well: the value is replaced wherever it stands. */
const windowsNames: Readonly<Record<string, string>> = {
  'user.name':
    'User SubjectUserName TargetUserName AccountName SamAccountName SourceUser ClientUserName UserName',
  'user.target.name': 'TargetUserName TargetUser MemberName SamAccountName',
  'user.effective.name': 'TargetUserName',
  'process.parent.user.name': 'ParentUser',
  'user.id': 'SubjectUserSid TargetUserSid TargetSid UserSid Security_UserID',
  'user.target.id': 'TargetSid MemberSid',
  'source.ip': 'IpAddress SourceIp SourceAddress ClientAddress ClientIP',
  'destination.ip': 'DestinationIp DestAddress',
  'host.name': 'Computer ComputerName',
  'source.domain': 'SourceHostname Workstation WorkstationName',
  'destination.domain': 'DestinationHostname',
};

const mostValues = 10;

/** Lists what rules lose by pseudonyms, in the order of the rules. */
export function weakenedRules(
  rules: readonly Pick<SigmaRule, 'id' | 'title' | 'level' | 'logsource' | 'detection'>[],
  { fields, staysClear, clear }: WeakenedOptions,
): Weakened[] {
  if (fields.length === 0) return [];
  const replaced = fields.map((path) => path.replace(/\.\*$/, ''));
  const isReplaced = (place: string): boolean =>
    replaced.some((path) => place === path || place.startsWith(`${path}.`));
  const echoes = new Map<string, string>();
  for (const [path, names] of Object.entries(windowsNames))
    if (isReplaced(path)) for (const name of names.split(' ')) if (!echoes.has(name)) echoes.set(name, path);
  const texts = [...clear, ...clear.map((name) => `domain\\${name}`)];

  return rules.flatMap((rule) => {
    const entries = entriesFor(fieldTable, rule.logsource);
    const pathOf = (field: string): string | undefined => {
      const places = [field, ...entries.flatMap((entry) => placesIn(entry, field))];
      return places.find(isReplaced) ?? echoes.get(field);
    };
    const excluding = excludingOnly(rule.detection.condition);
    return [...rule.detection.selections].flatMap(([name, selection]) =>
      itemsOf(selection).flatMap((item): Weakened[] => {
        const path = item.field === null ? undefined : pathOf(item.field);
        if (item.field === null || path === undefined) return [];
        const asksPrivate = asksForPrivate(item);
        const lost = item.values.flatMap(({ raw, pattern }) => {
          if (asksPrivate && pattern.kind === 'cidr' && inside.test(pattern.network)) return [];
          const asks = asksOf(pattern, texts);
          if (asks === 'constant' && staysClear(raw ?? '')) return [];
          return asks === undefined ? [] : [{ asks, raw: raw ?? '' }];
        });
        // Where one of several is enough, the others are lost all the same.
        const [first] = lost;
        if (first === undefined) return [];
        const { id, title, level } = rule;
        const effect = excluding.has(name) !== item.negated ? 'noise' : 'misses';
        const values = lost.slice(0, mostValues).map(({ raw }) => raw);
        const { asks } = first;
        return [
          {
            rule: id,
            title,
            level,
            field: item.field,
            path,
            asks,
            values,
            effect,
            restore: restoring(asks, path, values),
          },
        ];
      }),
    );
  });
}

const itemsOf = (selection: Selection): Item[] =>
  selection.kind === 'item' ? [selection] : selection.of.flatMap(itemsOf);

/** Names of selections that the condition only takes away. */
function excludingOnly(condition: Condition): ReadonlySet<string> {
  const asked = new Set<string>();
  const excluded = new Set<string>();
  const walk = (at: Condition, negated: boolean): void => {
    if (at.kind === 'selection') (negated ? excluded : asked).add(at.name);
    else if (at.kind === 'not') walk(at.of, !negated);
    else for (const each of at.of) walk(each, negated);
  };
  walk(condition, false);
  return new Set([...excluded].filter((name) => !asked.has(name)));
}

/** What of a pattern a pseudonym does not answer; undefined where it finds the same as before. */
function asksOf(pattern: Pattern, clear: readonly string[]): Asks | undefined {
  switch (pattern.kind) {
    case 'null':
    case 'exists':
      return undefined;
    case 'any':
      return pattern.patterns.map((each) => asksOf(each, clear)).find((asks) => asks !== undefined);
    case 'fieldref':
      return pattern.placement === 'equals' ? undefined : 'reference';
    case 'compare':
      return 'number';
    case 'regex':
      return 'regular_expression';
    case 'cidr':
      return /^(?:127\.|::1(?:\/128)?$)/.test(pattern.network) ? undefined : 'network';
    case 'text':
      return asksOfText(pattern.tokens, clear);
  }
}

function asksOfText(tokens: readonly Token[], clear: readonly string[]): Asks | undefined {
  const literals = tokens.filter((token) => typeof token === 'string');
  // Empty, anything at all, or the sign that ends the names of machines, which pseudonyms keep.
  if (literals.length === 0 || literals.join('') === '-') return undefined;
  if (tokens.length === 2 && tokens[0] === wild.many && tokens[1] === '$') return undefined;
  const found = new RegExp(`^${tokens.map(sourceOf).join('')}$`, 'is');
  if (clear.some((text) => found.test(text))) return undefined;
  return literals.length === tokens.length ? 'constant' : 'substring';
}

function sourceOf(token: Token): string {
  if (token === wild.many) return '[^]*?';
  if (token === wild.one) return '[^]';
  if (token === wild.dash) return `[${dashes.replace('-', '\\-')}]`;
  return token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Private addresses have pseudonyms in fc00::/7: who asks for private networks by all their blocks finds them. */
function asksForPrivate({ values }: Item): boolean {
  const networks = new Set(
    values.flatMap(({ pattern }) => (pattern.kind === 'cidr' ? [pattern.network.toLowerCase()] : [])),
  );
  const blocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
  return (
    blocks.every((block) => networks.has(block)) && (networks.has('fc00::/7') || networks.has('fd00::/8'))
  );
}

const inside =
  /^(?:10\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|169\.254\.|100\.64\.|127\.|f[cde][0-9a-f]*:|::1)/i;
const administrators = /adm|root|system/i;

/** The attributes are derived before pseudonyms replace values. */
function restoring(asks: Asks, path: string, values: readonly string[]): Weakened['restore'] {
  if (asks === 'network' && values.every((value) => inside.test(value)))
    return { attribute: `labels.${path.replaceAll('.', '_')}_network` };
  const [user] = /^(?:[\w.]+\.)?user(?:\.(?:effective|target|changes))?(?=\.(?:name|id)$)/.exec(path) ?? [];
  if (user !== undefined && values.every((value) => administrators.test(value) || value.endsWith('$')))
    return { attribute: `${user}.roles` };
  if (user !== undefined && values.every((value) => /^[^\\]+\\\**$/.test(value)))
    return { attribute: `${user}.domain` };
  return { leaveClear: path };
}
