'use client';
import type { Json } from '@tidewatch/event';
import { addFilter } from '@tidewatch/query';
import {
  Clock,
  Columns3,
  Copy,
  Filter,
  FilterX,
  Group,
  ListFilter,
  ScanSearch,
  SquareArrowOutUpRight,
} from 'lucide-react';
import { useRouter } from 'next/navigation.js';
import { useContext } from 'react';
import { entityHref } from '../../view/entity.ts';
import { absoluteRange } from '../../view/time-range.ts';
import { valueText, visible } from '../../view/value.ts';
import { copyText } from '../ui/copy-text.ts';
import { MenuItem, MenuLine, MenuTitle, SubMenu } from '../ui/menu.tsx';
import { type OnFilter, ValueActionsContext, ValueTimeContext } from './value-actions.ts';

/** Events so many minutes before and after are a value's context. */
const spans = [1, 5, 30] as const;

const eventsHref = (field: string, value: Json, range: Record<string, string> = {}): string =>
  `/events?${new URLSearchParams({ q: addFilter('', field, value, 'only'), ...range })}`;

/** What can be done with a value. */
export function ValueItems({
  field,
  value,
  onFilter,
}: {
  readonly field: string;
  readonly value: Json;
  readonly onFilter: OnFilter | undefined;
}) {
  const router = useRouter();
  const { onGroup, onColumn, columns = [] } = useContext(ValueActionsContext);
  const at = useContext(ValueTimeContext);
  const page = entityHref(field, value);
  const group = onGroup ?? (() => router.push(`/alerts?${new URLSearchParams({ by: field })}`));
  return (
    <>
      <MenuTitle>
        {visible(field)}: {visible(valueText(value).slice(0, 200))}
      </MenuTitle>
      {onFilter !== undefined && (
        <>
          <MenuItem icon={<Filter size={13} />} onClick={() => onFilter(field, value, 'in')}>
            Filter for it
          </MenuItem>
          <MenuItem icon={<FilterX size={13} />} onClick={() => onFilter(field, value, 'out')}>
            Filter it out
          </MenuItem>
          <MenuItem icon={<ListFilter size={13} />} onClick={() => onFilter(field, value, 'only')}>
            Only this
          </MenuItem>
          <MenuItem icon={<FilterX size={13} />} onClick={() => onFilter(field, value, 'remove')}>
            Remove the filter on {visible(field)}
          </MenuItem>
          <MenuLine />
        </>
      )}
      <MenuItem icon={<Group size={13} />} onClick={() => group(field)}>
        Group alerts by {visible(field)}
      </MenuItem>
      {onColumn !== undefined && (
        <MenuItem icon={<Columns3 size={13} />} onClick={() => onColumn(field)}>
          {columns.includes(field) ? 'Hide the column' : 'Show as a column'}
        </MenuItem>
      )}
      <MenuItem icon={<Copy size={13} />} onClick={() => void copyText(valueText(value))}>
        Copy
      </MenuItem>
      <MenuLine />
      {at !== undefined && !Number.isNaN(at) && (
        <SubMenu
          label={
            <span className="flex items-center gap-2">
              <Clock size={13} className="text-faint" aria-hidden /> Events around it
            </span>
          }
        >
          {spans.map((minutes) => (
            <MenuItem
              key={minutes}
              onClick={() =>
                router.push(
                  eventsHref(field, value, {
                    ...absoluteRange(at - minutes * 60_000, at + minutes * 60_000),
                  }),
                )
              }
            >
              ± {minutes} min
            </MenuItem>
          ))}
        </SubMenu>
      )}
      <MenuItem
        icon={<SquareArrowOutUpRight size={13} />}
        onClick={() => router.push(eventsHref(field, value))}
      >
        Search in events
      </MenuItem>
      {page !== undefined && (
        <MenuItem icon={<ScanSearch size={13} />} onClick={() => router.push(page)}>
          Risk and history
        </MenuItem>
      )}
    </>
  );
}
