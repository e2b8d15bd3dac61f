import type { RuleDesk, RuleOutcome } from './rule_desk.ts';

/** Rules in a map; a source without a title is faulty, and only `rule-1` is in a folder. */
export function memoryRules(): RuleDesk {
  const texts = new Map<string, { now: string | null; before: string | null }>();
  const versionOf = (text: string | null): string | null => text && `v${text.length}`;
  const refuse = (
    code: Extract<RuleOutcome, { ok: false }>['code'],
    id: string,
    more: object = {},
  ): RuleOutcome => ({
    ok: false,
    code,
    details: { id, ...more },
  });

  const change: (
    id: string,
    expected: Parameters<RuleDesk['remove']>[1],
    decide: (texts: { now: string | null; before: string | null }) => string | null | RuleOutcome,
  ) => Promise<RuleOutcome> = async (id, expected, decide) => {
    if (id === 'rule-1') return refuse('RULE_READ_ONLY', id, { file: 'rules/failed.yml' });
    const known = texts.get(id) ?? { now: null, before: null };
    if (!expected(versionOf(known.now))) return refuse('RULE_CHANGED', id, { version: versionOf(known.now) });
    const text = decide(known);
    if (typeof text === 'object' && text !== null) return text;
    texts.set(id, { now: text, before: known.now });
    const restorable = known.now !== null;
    return {
      ok: true,
      rule: { id, version: versionOf(text), restorable, inForce: text !== null, documents: [] },
    };
  };

  const faultsOf = (source: string) =>
    source.includes('title:') ? [] : [{ line: 1, column: 1, reason: 'no title' }];

  return {
    put: (id, source, expected) =>
      change(id, expected, () => {
        const faults = faultsOf(source);
        return faults.length === 0 ? source : refuse('RULE_INVALID', id, { why: 'line 1: no title', faults });
      }),
    check: async (_id, source) => faultsOf(source),
    remove: (id, expected) =>
      change(id, expected, ({ now }) => (now === null ? refuse('RULE_UNKNOWN', id) : null)),
    restore: (id, expected) =>
      change(id, expected, ({ before }) => before ?? refuse('RULE_NOT_RESTORABLE', id)),
  };
}
