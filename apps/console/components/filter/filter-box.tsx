'use client';
import { Search } from 'lucide-react';
import { useRef } from 'react';
import { inputClass } from '../ui/field.tsx';
import { useKey } from '../ui/use-key.ts';

/** Narrows a short list as one types. */
export function FilterBox({
  label,
  hint = label,
  value,
  onChange,
}: {
  readonly label: string;
  /** What of a row is looked at. */
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  useKey('/', () => input.current?.focus());
  return (
    <search className="flex min-w-48 flex-1 items-center gap-2">
      <Search size={14} className="shrink-0 text-faint" aria-hidden />
      <input
        ref={input}
        aria-label={label}
        value={value}
        onChange={({ target }) => onChange(target.value)}
        placeholder={hint}
        className={`${inputClass} w-full max-w-sm`}
      />
    </search>
  );
}
