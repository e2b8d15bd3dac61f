import type { DeadLetter } from '@tidewatch/api/schemas';
import { stateLabels } from '../../view/letter-view.ts';
import { bytes } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import type { GridColumn } from '../grid/grid-row.tsx';
import { StateDot } from '../health/health-section.tsx';
import { Time } from '../ui/time.tsx';

const stateLooks = { pending: 'warn', failed: 'bad', replayed: 'good', dropped: 'idle' } as const;

export const LetterMark = ({ state }: { readonly state: DeadLetter['state'] }) => (
  <StateDot look={stateLooks[state]}>{stateLabels[state]}</StateDot>
);

export function letterColumns(now: number): GridColumn<DeadLetter>[] {
  return [
    {
      id: 'at',
      track: '96px',
      header: 'Put aside',
      cell: (row) => (
        <span className="text-sm">
          <Time at={Date.parse(row.at)} now={now} />
        </span>
      ),
    },
    {
      id: 'state',
      track: '104px',
      header: 'State',
      cell: (row) => (
        <span className="text-sm">
          <LetterMark state={row.state} />
        </span>
      ),
    },
    {
      id: 'reason',
      track: '120px',
      header: 'Reason',
      cell: (row) => <code className="block truncate font-mono text-xs">{row.reason}</code>,
    },
    {
      id: 'source',
      track: '96px',
      header: 'Source',
      cell: (row) => <span className="block truncate text-sm">{row.source}</span>,
    },
    {
      id: 'raw',
      track: 'minmax(120px,1fr)',
      header: 'What came',
      cell: (letter) =>
        letter.encoding === 'utf8' ? (
          <span className="block truncate font-mono text-xs text-soft">
            {visible(letter.raw.slice(0, 400))}
          </span>
        ) : (
          <span className="block truncate text-sm text-faint">Bytes that are not UTF-8</span>
        ),
    },
    {
      id: 'bytes',
      track: '64px',
      align: 'right',
      header: 'Size',
      cell: (row) => <span className="figure text-sm">{bytes(row.bytes)}</span>,
    },
  ];
}
