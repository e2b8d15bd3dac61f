import type { CaseAlerts, CaseDetail, CaseRow } from '@tidewatch/api/schemas';
import { levelLabels, reasonLabels } from './alert-view.ts';
import { plural } from './quantity.ts';

export const caseStatusLabels: Readonly<Record<CaseRow['status'], string>> = {
  open: 'Open',
  in_progress: 'In progress',
  closed: 'Closed',
};

type Entry = CaseDetail['history'][number];
type Fields = NonNullable<Entry['detail']['fields']>;
type Shown = Extract<CaseAlerts['items'][number], { readonly state: 'shown' }>;

const owner = (id: string | null): string => id ?? 'nobody';

function fieldWords({ title, status, severity, owner: owners }: Fields): string[] {
  return [
    ...(title === undefined ? [] : [`renamed it from “${title[0]}”`]),
    ...(status === undefined
      ? []
      : [
          `went from ${caseStatusLabels[status[0]].toLowerCase()} to ${caseStatusLabels[status[1]].toLowerCase()}`,
        ]),
    ...(severity === undefined
      ? []
      : [
          `took it for ${levelLabels[severity[1]].toLowerCase()}, not ${levelLabels[severity[0]].toLowerCase()}`,
        ]),
    ...(owners === undefined ? [] : [`gave it from ${owner(owners[0])} to ${owner(owners[1])}`]),
  ];
}

/** What somebody did, after their name. */
export function entryWords({ action, detail: { fields, alerts = 0, reason } }: Entry): string {
  const some = plural(alerts, 'alert');
  switch (action) {
    case 'opened':
      return alerts === 0 ? 'opened it' : `opened it with ${some}`;
    case 'added':
      return `added ${some}`;
    case 'removed':
      return `took out ${some}`;
    case 'noted':
      return 'noted';
    case 'changed': {
      const closed =
        reason === undefined ? [] : [`closed ${some} as ${reasonLabels[reason].label.toLowerCase()}`];
      return [...fieldWords(fields ?? {}), ...closed].join(', ');
    }
  }
}

/** Alerts of a case by their first match, and where each stands in the whole time, from 0 to 1. */
export function timeline(
  items: CaseAlerts['items'],
): readonly (Shown & { readonly start: number; readonly end: number })[] {
  const shown = items.filter((item) => item.state === 'shown').sort((a, b) => a.alert.first - b.alert.first);
  const from = Math.min(...shown.map(({ alert }) => alert.first));
  const whole = Math.max(1, ...shown.map(({ alert }) => alert.last - from));
  return shown.map((item) => ({
    ...item,
    start: (item.alert.first - from) / whole,
    end: (item.alert.last - from) / whole,
  }));
}
