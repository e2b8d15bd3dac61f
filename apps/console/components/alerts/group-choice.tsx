'use client';
import { Check, ChevronDown, Group } from 'lucide-react';
import { groupFields, groupLabel, toggleGroup } from '../../view/alert-group.ts';
import { visible } from '../../view/value.ts';
import { Button, wideOnly } from '../ui/button.tsx';
import { Menu, MenuItem, MenuLine, MenuTitle } from '../ui/menu.tsx';

/** Up to three fields to group by; fields that came from a value's menu are among them. */
export function GroupChoice({
  by,
  onChange,
}: {
  readonly by: readonly string[];
  readonly onChange: (by: string[]) => void;
}) {
  const others = by.filter((field) => !groupFields.some((one) => one.field === field));
  return (
    <Menu
      align="end"
      trigger={
        <Button look="quiet" className="h-7">
          <Group size={13} aria-hidden />
          <span className={wideOnly}>
            {by.length === 0 ? 'Group by' : `Grouped by ${visible(by.map(groupLabel).join(', '))}`}
          </span>
          <ChevronDown size={12} aria-hidden />
        </Button>
      }
    >
      <MenuTitle>Up to three fields</MenuTitle>
      {[...groupFields.map(({ field }) => field), ...others].map((field) => (
        <MenuItem
          key={field}
          icon={<Check size={13} className={by.includes(field) ? 'text-accent' : 'invisible'} />}
          onClick={() => onChange(toggleGroup(by, field))}
          end={<code className="font-mono text-xs text-faint">{visible(field)}</code>}
        >
          {visible(groupLabel(field))}
        </MenuItem>
      ))}
      {by.length > 0 && (
        <>
          <MenuLine />
          <MenuItem onClick={() => onChange([])}>No groups</MenuItem>
        </>
      )}
    </Menu>
  );
}
