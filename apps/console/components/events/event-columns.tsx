import { getField, type JsonObject } from '@tidewatch/event';
import { ChevronRight } from 'lucide-react';
import { eventSummary, eventTime, type FieldValue, firstText } from '../../view/value.ts';
import type { GridColumn } from '../grid/grid-row.tsx';
import { Time } from '../ui/time.tsx';

const fieldColumn = (header: string, track: string, paths: readonly string[]): GridColumn<JsonObject> => ({
  id: header,
  track,
  header,
  cell: (row) => {
    const text = firstText(row, paths);
    return (
      <span className="block truncate text-sm" title={text}>
        {text === '' ? <span className="text-faint">–</span> : text}
      </span>
    );
  },
});

const standing = [
  { header: 'Dataset', track: '128px', paths: ['event.dataset'] },
  { header: 'Host', track: '112px', paths: ['host.name', 'host.hostname'] },
  { header: 'User', track: '104px', paths: ['user.name', 'user.id'] },
  { header: 'Action', track: '132px', paths: ['event.action', 'event.code'] },
] as const;

/** What a row shows that the list can be filtered by. */
export const shownValues = (event: JsonObject, chosen: readonly string[]): FieldValue[] =>
  [...standing.map(({ paths }) => paths), ...chosen.map((field) => [field])].flatMap((paths) => {
    const field = paths.find((path) => firstText(event, [path]) !== '');
    const value = field === undefined ? undefined : getField(event, field);
    return field === undefined || value === undefined ? [] : [{ field, value }];
  });

/** The standing columns, the fields chosen in the sidebar, and the message that takes the rest. */
export function eventColumns(
  today: number,
  chosen: readonly string[],
  isOpen: (event: JsonObject) => boolean,
): GridColumn<JsonObject>[] {
  return [
    {
      id: 'open',
      track: '14px',
      header: <span className="sr-only">Opened</span>,
      cell: (row) => (
        <ChevronRight
          size={14}
          aria-hidden
          className={`text-faint transition-transform ${isOpen(row) ? 'rotate-90' : ''}`}
        />
      ),
    },
    {
      id: 'time',
      track: '108px',
      header: 'Time',
      cell: (row) => {
        const time = eventTime(row);
        return (
          <span className="text-sm">
            {Number.isNaN(time) ? (
              <span className="text-faint">no time</span>
            ) : (
              <Time at={time} now={today} />
            )}
          </span>
        );
      },
    },
    ...standing.map(({ header, track, paths }) => fieldColumn(header, track, paths)),
    ...chosen.map(
      (field): GridColumn<JsonObject> => ({
        id: `field ${field}`,
        track: 'minmax(96px,180px)',
        header: field,
        cell: (row) => <span className="block truncate font-mono text-xs">{firstText(row, [field])}</span>,
      }),
    ),
    {
      id: 'message',
      track: 'minmax(160px,1fr)',
      header: 'Message',
      cell: (row) => <span className="block truncate font-mono text-xs">{eventSummary(row)}</span>,
    },
  ];
}
