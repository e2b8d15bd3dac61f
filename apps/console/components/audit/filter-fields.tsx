'use client';
import { useEffect, useRef, useState } from 'react';
import type { AuditFilter } from '../../api/audit.ts';
import { Button } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { useKey } from '../ui/use-key.ts';

type Texts = Pick<AuditFilter, 'who' | 'action' | 'target'>;

const fields = [
  { name: 'who', label: 'Who', placeholder: 'Who, e.g. alice' },
  { name: 'action', label: 'What', placeholder: 'What, e.g. events.*' },
  { name: 'target', label: 'To what', placeholder: 'To what, e.g. /api/users/bob' },
] as const;

/** Who did what to what, applied with Enter. */
export function FilterFields({
  value,
  onChange,
}: {
  readonly value: Texts;
  readonly onChange: (value: Texts) => void;
}) {
  const { who, action, target } = value;
  const [draft, setDraft] = useState<Texts>(value);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => setDraft({ who, action, target }), [who, action, target]);
  useKey('/', () => first.current?.focus());
  return (
    <search className="min-w-64 flex-1">
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          onChange({ who: draft.who.trim(), action: draft.action.trim(), target: draft.target.trim() });
        }}
      >
        {fields.map(({ name, label, placeholder }, at) => (
          <input
            key={name}
            ref={at === 0 ? first : undefined}
            aria-label={label}
            placeholder={placeholder}
            value={draft[name]}
            onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
            className={`${inputClass} min-w-36 flex-1`}
          />
        ))}
        <Button type="submit" className="h-8">
          Filter
        </Button>
      </form>
    </search>
  );
}
