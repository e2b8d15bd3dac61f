import { createColumnHelper } from '@tanstack/react-table';
import type { DeadLetter } from '@tidewatch/api/schemas';
import { stateLabels } from '../../view/letter-view.ts';
import { bytes } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import { selectColumn } from '../grid/select-column.tsx';
import type { GridColumn, gridFeatures } from '../grid/virtual-grid.tsx';
import { StateDot } from '../health/health-section.tsx';
import { Time } from '../ui/time.tsx';

const helper = createColumnHelper<typeof gridFeatures, DeadLetter>();

const stateLooks = { pending: 'warn', failed: 'bad', replayed: 'good', dropped: 'idle' } as const;

export interface ColumnContext {
  readonly now: number;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (letter: DeadLetter) => void;
  readonly onSelectAll: () => void;
  readonly allSelected: boolean;
}

export const LetterMark = ({ state }: { readonly state: DeadLetter['state'] }) => (
  <StateDot look={stateLooks[state]}>{stateLabels[state]}</StateDot>
);

export function letterColumns(context: ColumnContext): GridColumn<DeadLetter>[] {
  const { now } = context;
  return [
    selectColumn({ ...context, rows: 'letters', label: ({ id }) => `letter ${id}` }),
    helper.display({
      id: 'at',
      meta: { track: '96px' },
      header: 'Put aside',
      cell: ({ row }) => (
        <span className="text-sm">
          <Time at={Date.parse(row.original.at)} now={now} />
        </span>
      ),
    }),
    helper.display({
      id: 'state',
      meta: { track: '104px' },
      header: 'State',
      cell: ({ row }) => (
        <span className="text-sm">
          <LetterMark state={row.original.state} />
        </span>
      ),
    }),
    helper.display({
      id: 'reason',
      meta: { track: '120px' },
      header: 'Reason',
      cell: ({ row }) => <code className="block truncate font-mono text-xs">{row.original.reason}</code>,
    }),
    helper.display({
      id: 'source',
      meta: { track: '96px' },
      header: 'Source',
      cell: ({ row }) => <span className="block truncate text-sm">{row.original.source}</span>,
    }),
    helper.display({
      id: 'raw',
      meta: { track: 'minmax(120px,1fr)' },
      header: 'What came',
      cell: ({ row: { original } }) =>
        original.encoding === 'utf8' ? (
          <span className="block truncate font-mono text-xs text-soft">
            {visible(original.raw.slice(0, 400))}
          </span>
        ) : (
          <span className="block truncate text-sm text-faint">Bytes that are not UTF-8</span>
        ),
    }),
    helper.display({
      id: 'bytes',
      meta: { track: '64px', align: 'right' },
      header: 'Size',
      cell: ({ row }) => <span className="figure text-sm">{bytes(row.original.bytes)}</span>,
    }),
  ];
}
