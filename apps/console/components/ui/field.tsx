import type { ComponentProps, ReactNode } from 'react';
import { Words } from './words.tsx';

export const inputClass =
  'h-8 min-w-0 rounded-md border border-line bg-raised px-2 text-sm text-ink outline-none focus-visible:border-accent disabled:opacity-60';

/** An input with its name above, and what to know of it below. */
export function Field({
  label,
  hint,
  className = '',
  ...rest
}: ComponentProps<'input'> & { readonly label: string; readonly hint?: ReactNode }) {
  return (
    <label className="flex flex-col gap-1 text-sm">
      {label}
      <input className={`${inputClass} ${className}`} {...rest} />
      {hint !== undefined && <span className="text-xs text-soft">{hint}</span>}
    </label>
  );
}

/** Any of several. */
export function Checks<T extends string>({
  label,
  choices,
  chosen,
  onChange,
}: {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly label: ReactNode }[];
  readonly chosen: ReadonlySet<T>;
  readonly onChange: (chosen: ReadonlySet<T>) => void;
}) {
  const toggle = (value: T): void => {
    const next = new Set(chosen);
    if (!next.delete(value)) next.add(value);
    onChange(next);
  };
  return (
    <fieldset className="flex flex-col gap-1 text-sm">
      <legend className="mb-1">{label}</legend>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(10.5rem,1fr))] gap-x-4 gap-y-1">
        {choices.map(({ value, label: text }) => (
          <label key={value} className="flex min-h-6 items-center gap-2">
            <input
              type="checkbox"
              checked={chosen.has(value)}
              onChange={() => toggle(value)}
              className="size-3.5 accent-(--accent)"
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What a form was refused for. */
export const FormProblem = ({ problem }: { readonly problem: Error | undefined }) =>
  problem === undefined ? null : (
    <p role="alert" className="text-sm text-bad">
      <Words>{problem.message}</Words>
    </p>
  );
