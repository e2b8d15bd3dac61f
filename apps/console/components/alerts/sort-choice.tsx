'use client';
import { ArrowDownWideNarrow, ChevronDown } from 'lucide-react';
import type { AlertSort } from '../../api/alerts.ts';
import { Button } from '../ui/button.tsx';
import { Menu, MenuChoices } from '../ui/menu.tsx';

const choices: readonly { readonly value: AlertSort; readonly label: string }[] = [
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
  { value: 'severity', label: 'Severest first' },
];

export function SortChoice({
  value,
  onChange,
}: {
  readonly value: AlertSort;
  readonly onChange: (sort: AlertSort) => void;
}) {
  return (
    <div>
      <Menu
        align="end"
        trigger={
          <Button look="quiet" className="h-7">
            <ArrowDownWideNarrow size={13} aria-hidden />
            {choices.find((choice) => choice.value === value)?.label}
            <ChevronDown size={12} aria-hidden />
          </Button>
        }
      >
        <MenuChoices value={value} onChange={onChange} choices={choices} />
      </Menu>
    </div>
  );
}
