'use client';

/** One of a few, all visible. */
export function Segmented<T extends string>({
  label,
  value,
  onChange,
  choices,
}: {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
}) {
  return (
    <fieldset className="flex h-8 w-fit shrink-0 items-center rounded-md border border-line bg-panel p-0.5">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
          className="h-7 rounded px-2.5 text-sm text-soft transition-colors hover:text-ink aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}
