import type { ReactNode } from 'react';

/** The listbox of a filter, which keeps the focus: its keys move `at`, and pointers choose, too. */
export function OptionList<T>({
  id,
  label,
  options,
  textOf,
  at,
  onChoose,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly options: readonly T[];
  /** Tells one from another. */
  readonly textOf: (option: T) => string;
  /** Index of the one that the keys stand on; -1 for none. */
  readonly at: number;
  readonly onChoose: (option: T) => void;
  readonly children: (option: T) => ReactNode;
}) {
  return (
    <div id={id} role="listbox" aria-label={label} className="max-h-72 overflow-y-auto">
      {options.map((option, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the box that owns the list has the keys
        <div
          key={textOf(option)}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          ref={(element) => {
            if (index === at) element?.scrollIntoView({ block: 'nearest' });
          }}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(option)}
          className="flex cursor-default items-baseline gap-3 rounded px-2 py-1 text-sm hover:bg-hover aria-selected:bg-accent-wash"
        >
          {children(option)}
        </div>
      ))}
    </div>
  );
}
