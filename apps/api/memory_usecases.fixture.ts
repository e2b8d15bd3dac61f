import type { UseCaseDetail } from './schemas/index.ts';
import type { UseCaseDesk, UseCaseOutcome } from './use_case_desk.ts';

/** Use-cases in a map; a source without a title is faulty, and one with `approved` only the approver's. */
export function memoryUseCases(): UseCaseDesk {
  const texts = new Map<string, { now: string | null; before: string | null }>();
  const versionOf = (text: string | null): string | null => text && `v${text.length}`;
  const refuse = (
    code: Extract<UseCaseOutcome, { ok: false }>['code'],
    name: string,
    more: object = {},
  ): UseCaseOutcome => ({ ok: false, code, details: { name, ...more } });

  async function change(
    name: string,
    expected: Parameters<UseCaseDesk['remove']>[1],
    decide: (texts: { now: string | null; before: string | null }) => string | null | UseCaseOutcome,
  ): Promise<UseCaseOutcome> {
    const known = texts.get(name) ?? { now: null, before: null };
    const version = versionOf(known.now);
    if (!expected(version)) return refuse('USECASE_CHANGED', name, { version });
    const text = decide(known);
    if (typeof text === 'object' && text !== null) return text;
    texts.set(name, { now: text, before: known.now });
    const inForce = text?.includes('approved') ?? false;
    const useCase = { name, version: versionOf(text), restorable: known.now !== null, inForce };
    return { ok: true, useCase };
  }

  const row = (name: string, source: string): UseCaseDetail => ({
    ...{ name, title: name, purpose: 'Tests', legalBasis: 'None needed', reviewBy: '2030-01-01' },
    data: [{ dataset: 'x', dataClass: 'unapproved', ttl: '7d' }],
    ...{
      fields: ['*'],
      pseudonymise: [],
      minimise: false,
      rules: [],
      stakeholders: ['testers'],
      approvals: [],
    },
    ...{ inForce: false, why: 'has not been approved', file: `usecases.kept/${name}.yml`, source },
    kept: { version: versionOf(source) ?? '', restorable: false },
  });

  return {
    list: async () => ({
      useCases: [...texts].flatMap(([name, { now }]) => (now === null ? [] : [row(name, now)])),
      faults: [{ file: 'usecases/broken.yml', line: 3, reason: 'title: is missing' }],
      weakened: [],
    }),
    async get(name) {
      const now = texts.get(name)?.now;
      return now === null || now === undefined ? undefined : row(name, now);
    },
    put: (name, source, expected, { may }) =>
      change(name, expected, () => {
        if (!source.includes('title:')) return refuse('USECASE_INVALID', name, { why: 'line 1: no title' });
        if (may === 'nobody' && source.includes('approved'))
          return refuse('USECASE_APPROVAL', name, { why: may });
        return source;
      }),
    remove: (name, expected) =>
      change(name, expected, ({ now }) => (now === null ? refuse('USECASE_UNKNOWN', name) : null)),
    restore: (name, expected) =>
      change(name, expected, ({ before }) => before ?? refuse('USECASE_NOT_RESTORABLE', name)),
  };
}
