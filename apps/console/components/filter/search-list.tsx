'use client';
import { useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { forgetSearches } from '../../api/views.ts';
import { Button } from '../ui/button.tsx';
import { OptionList } from './option-list.tsx';

/** The queries of before, below the filter. Pointers choose, too, without taking the focus. */
export function SearchList({
  id,
  searches,
  at,
  onChoose,
  onClose,
}: {
  readonly id: string;
  readonly searches: readonly string[];
  readonly at: number;
  readonly onChoose: (search: string) => void;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  return (
    <div className="absolute inset-x-0 top-full z-30 mt-1 rounded-lg border border-line bg-panel p-1 shadow-pop">
      <div className="flex items-center justify-between px-2 text-xs text-soft">
        {searches.length === 0 ? 'You asked nothing here yet' : 'What you asked last'}
        {searches.length > 0 && (
          <Button
            look="quiet"
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => {
              void forgetSearches(client);
              onClose();
            }}
          >
            <Trash2 size={12} aria-hidden /> Forget all
          </Button>
        )}
      </div>
      <OptionList
        {...{ id, at, onChoose }}
        label="Last queries"
        options={searches}
        textOf={(search) => search}
      >
        {(search) => <span className="min-w-0 truncate font-mono">{search}</span>}
      </OptionList>
    </div>
  );
}
