import type { CloseReason, Level, Status } from '@tidewatch/event';
import { parseKql } from '@tidewatch/query';

export const statusViews = ['active', 'open', 'acknowledged', 'closed', 'all'] as const;
export type StatusView = (typeof statusViews)[number];

export const statusViewLabels: Readonly<Record<StatusView, string>> = {
  active: 'Active',
  open: 'Open',
  acknowledged: 'Acknowledged',
  closed: 'Closed',
  all: 'All',
};

const clauses: Readonly<Record<StatusView, string>> = {
  active: 'status: (open or acknowledged)',
  open: 'status: open',
  acknowledged: 'status: acknowledged',
  closed: 'status: closed',
  all: '',
};

/** What the API is asked: the analyst's filter and the status view. `offset` is where the filter starts in it. */
export function composeQuery(
  q: string,
  view: StatusView,
): { readonly text: string; readonly offset: number } {
  const filter = q.trim();
  const clause = clauses[view];
  if (filter === '') return { text: clause, offset: 0 };
  // What can't be read goes alone, so that it is judged as it was written, and no bracket of it closes ours.
  if (clause === '' || !parseKql(q).ok) return { text: q, offset: 0 };
  return { text: `(${q}) and ${clause}`, offset: 1 };
}

export const belongsTo = (view: StatusView, status: Status): boolean =>
  view === 'all' || view === status || (view === 'active' && status !== 'closed');

export const reasonLabels: Readonly<Record<CloseReason, { readonly label: string; readonly hint: string }>> =
  {
    true_positive: { label: 'True positive', hint: 'An attack or misuse, handled' },
    benign_positive: { label: 'Benign positive', hint: 'Really happened, and was allowed' },
    false_positive: { label: 'False positive', hint: 'The rule is wrong about this' },
    duplicate: { label: 'Duplicate', hint: 'Handled in another alert' },
    expected_activity: { label: 'Expected activity', hint: 'Planned work, a test, a scanner' },
    other: { label: 'Other', hint: 'Say why in a note' },
  };

export const levelLabels: Readonly<Record<Level, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  informational: 'Info',
};

/** `attack.t1003.001` → T1003.001 with its page; other ATT&CK tags → a readable tactic; the rest as they are. */
export function tagLabel(tag: string): { readonly label: string; readonly href?: string } {
  const technique = /^attack\.(t\d{4})(?:\.(\d{3}))?$/i.exec(tag);
  if (technique !== null) {
    const id = (technique[1] as string).toUpperCase();
    const sub = technique[2];
    return {
      label: sub === undefined ? id : `${id}.${sub}`,
      href: `https://attack.mitre.org/techniques/${sub === undefined ? id : `${id}/${sub}`}/`,
    };
  }
  return { label: tag.startsWith('attack.') ? tag.slice(7).replaceAll(/[-_]/g, ' ') : tag };
}
