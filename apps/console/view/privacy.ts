import type { AuditPage, Health, UseCase } from '@tidewatch/api/schemas';
import { isObject, type Json } from '@tidewatch/event';
import { valueText } from './value.ts';

export const readings = ['events.*', 'alerts.*', 'entities.*', 'originals.*', 'audit.*'] as const;
export type Reading = (typeof readings)[number];

type Approval = Health['store']['classes'][number]['approval'];

/** How the approval of a data class stands, and what a dot looks like beside it. */
export const approvals: Readonly<Record<Approval, { look: 'good' | 'warn' | 'idle'; word: string }>> = {
  approved: { look: 'good', word: 'approved' },
  open: { look: 'warn', word: 'not approved' },
  synthetic: { look: 'idle', word: 'not needed: made up' },
  own: { look: 'idle', word: 'not needed: Tidewatch’s own' },
};

type Entry = AuditPage['items'][number];

const member = (detail: unknown, name: string): unknown =>
  isObject(detail as Json) ? (detail as Record<string, unknown>)[name] : undefined;

/** What retention deleted, as its audit entry says. */
export const deletionOf = ({ detail }: Pick<Entry, 'detail'>) => ({
  dataClass: valueText(member(detail, 'dataClass')),
  what: valueText(member(detail, 'what')),
  records: Number(member(detail, 'records') ?? 0),
});

/** Deletions, newest first as they came; a beginning alone, where the audit log has no end for it. */
export function deletionsOf<E extends Pick<Entry, 'action' | 'target' | 'detail'>>(
  entries: readonly E[],
): readonly E[] {
  const ended = new Set<string>();
  return entries.filter((entry) => {
    const { dataClass, what } = deletionOf(entry);
    const which = JSON.stringify([entry.target, dataClass, what]);
    if (hasEnded(entry)) ended.add(which);
    return hasEnded(entry) || !ended.delete(which);
  });
}

/** Whether an entry says that something is gone, and not that its deletion begins. */
export const hasEnded = ({ action }: Pick<Entry, 'action'>): boolean => action !== 'retention.deleting';

/** What somebody asked to see, on one line: the query, and the rest of what was asked. */
export function askedWords({ detail, target }: Pick<Entry, 'detail' | 'target'>): string {
  if (!isObject(detail as Json)) return target;
  const { results: _results, q, ...rest } = detail as Record<string, unknown>;
  const parts = Object.entries(rest).map(([name, value]) => `${name}: ${valueText(value)}`);
  return [q === undefined || q === '' ? target : valueText(q), ...parts].join(', ');
}

/** How many were shown; null where the entry does not say. */
export function resultsOf({ detail }: Pick<Entry, 'detail'>): number | null {
  const results = member(detail, 'results');
  return typeof results === 'number' ? results : null;
}

/** Whether a pattern of a use-case (`process.*`, `*`, or a field with all below it) names a field. */
export function names(pattern: string, field: string): boolean {
  if (pattern === field || field.startsWith(`${pattern}.`)) return true;
  const parts = pattern.split('*');
  if (parts.length === 1) return false;
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  if (!field.startsWith(first) || field.length < first.length + last.length || !field.endsWith(last))
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = field.indexOf(part, at);
    if (found === -1 || found + part.length > field.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** Which use-cases in force name a field, and whether one keeps it under pseudonyms. */
export function coverOf(field: string, useCases: readonly UseCase[]) {
  const inForce = useCases.filter((one) => one.inForce);
  return {
    by: inForce
      .filter(({ fields }) => fields.some((pattern) => names(pattern, field)))
      .map(({ title }) => title),
    isPseudonym: inForce.some(({ pseudonymise }) => pseudonymise.some((pattern) => names(pattern, field))),
  };
}
