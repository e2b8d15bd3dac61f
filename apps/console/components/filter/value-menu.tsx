'use client';
import type { Json } from '@tidewatch/event';
import type { ReactNode } from 'react';
import { visible } from '../../view/value.ts';
import { Menu } from '../ui/menu.tsx';
import { isGoing } from '../ui/use-key.ts';
import type { OnFilter } from './value-actions.ts';
import { ValueItems } from './value-items.tsx';

export type { OnFilter };

/** A value that can be filtered by, also by `f`. `onFilter` is missing where the page has no filter of its own. */
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
  return (
    <Menu
      trigger={
        <button
          type="button"
          onKeyDown={(event) => {
            if (event.key !== 'f' || event.ctrlKey || event.metaKey || event.altKey || isGoing()) return;
            event.preventDefault();
            // The row's own menu has nothing to add.
            event.stopPropagation();
            event.currentTarget.click();
          }}
          className={`min-h-7 max-w-full rounded px-1 text-left hover:bg-hover aria-expanded:bg-hover ${className}`}
        >
          {typeof children === 'string' ? visible(children) : children}
        </button>
      }
    >
      <ValueItems field={field} value={value} onFilter={onFilter} />
    </Menu>
  );
}
