'use client';
import { useState } from 'react';
import { type FieldValue, valueText, visible } from '../../view/value.ts';
import { MenuAt, MenuTitle, SubMenu } from '../ui/menu.tsx';
import { useKey } from '../ui/use-key.ts';
import { type OnFilter, ValueTimeContext } from './value-actions.ts';
import { ValueItems } from './value-items.tsx';

/** What `f` opens where no value has the focus: those of the row of the cursor, each with its menu. */
export function RowValuesMenu({
  values,
  at,
  onFilter,
}: {
  readonly values: readonly FieldValue[];
  /** When they were there, epoch milliseconds. */
  readonly at: number;
  readonly onFilter: OnFilter;
}) {
  const [anchor, setAnchor] = useState<Element | null>(null);
  useKey('f', () => setAnchor(document.querySelector('[role="row"][data-cursor]')));
  if (anchor === null) return null;
  return (
    <ValueTimeContext value={at}>
      <MenuAt anchor={anchor} indent={40} onClose={() => setAnchor(null)}>
        <MenuTitle>Values of the row</MenuTitle>
        {values.map(({ field, value }) => (
          <SubMenu
            key={field}
            label={
              <span className="flex max-w-96 gap-2">
                <span className="text-soft">{visible(field)}</span>
                <span className="truncate font-mono text-xs leading-5">
                  {value === null ? 'none' : visible(valueText(value).slice(0, 200))}
                </span>
              </span>
            }
          >
            <ValueItems field={field} value={value} onFilter={onFilter} />
          </SubMenu>
        ))}
      </MenuAt>
    </ValueTimeContext>
  );
}
