'use client';
import type { Json } from '@tidewatch/event';
import { addFilter } from '@tidewatch/query';
import { Copy, Filter, FilterX, ListFilter, ScanSearch, SquareArrowOutUpRight } from 'lucide-react';
import { useRouter } from 'next/navigation.js';
import type { ReactNode } from 'react';
import { entityHref } from '../../view/entity.ts';
import { valueText, visible } from '../../view/value.ts';
import { Menu, MenuItem, MenuLine, MenuTitle } from '../ui/menu.tsx';

export type FilterMode = 'in' | 'out' | 'only';
export type OnFilter = (field: string, value: Json, mode: FilterMode) => void;

/** A value that can be filtered by. `onFilter` is missing where the page has no filter of its own. */
export function ValueMenu({
  field,
  value,
  onFilter,
  children,
  className = '',
}: {
  readonly field: string;
  readonly value: Json;
  readonly onFilter?: OnFilter | undefined;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  const router = useRouter();
  const page = entityHref(field, value);
  return (
    <Menu
      trigger={
        <button
          type="button"
          className={`min-h-7 max-w-full rounded px-1 text-left hover:bg-hover data-popup-open:bg-hover ${className}`}
        >
          {typeof children === 'string' ? visible(children) : children}
        </button>
      }
    >
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
          <MenuLine />
        </>
      )}
      {page !== undefined && (
        <MenuItem icon={<ScanSearch size={13} />} onClick={() => router.push(page)}>
          Risk and history
        </MenuItem>
      )}
      <MenuItem
        icon={<SquareArrowOutUpRight size={13} />}
        onClick={() => router.push(`/events?q=${encodeURIComponent(addFilter('', field, value, 'only'))}`)}
      >
        Search in events
      </MenuItem>
      <MenuItem
        icon={<Copy size={13} />}
        onClick={() => void navigator.clipboard.writeText(valueText(value))}
      >
        Copy
      </MenuItem>
    </Menu>
  );
}
