'use client';
import { type Choice, type Comparison, comparisonLabels, comparisons } from '../../view/exception.ts';

const inputClass =
  'h-7 rounded-md border border-line bg-raised px-2 text-sm text-ink outline-none focus-visible:border-accent disabled:opacity-50';

/** What an exception may rest on: which, how it is compared, and with what. */
export function ConditionRows({
  choices,
  onChange,
}: {
  readonly choices: readonly Choice[];
  readonly onChange: (choices: readonly Choice[]) => void;
}) {
  const change = (key: string, part: Partial<Choice>): void =>
    onChange(choices.map((choice) => (choice.key === key ? { ...choice, ...part } : choice)));
  return (
    <fieldset>
      <legend className="mb-1 text-sm">Events in which all of these hold</legend>
      {choices.length === 0 && (
        <p className="text-sm text-soft">
          The alert rests on no value that an exception could name. Write a filter file by hand instead.
        </p>
      )}
      <ul className="flex flex-col gap-2">
        {choices.map(({ key, chosen, field, comparison, value }) => (
          <li key={key} className="grid grid-cols-[28px_minmax(0,1fr)] items-center gap-x-1">
            <label className="flex size-7 items-center justify-center">
              <input
                type="checkbox"
                className="size-3.5 accent-(--accent)"
                checked={chosen}
                onChange={(event) => change(key, { chosen: event.target.checked })}
                aria-label={`Ask for ${field}`}
              />
            </label>
            <div className="flex min-w-0 flex-wrap items-center gap-2">
              <code className={`font-mono text-xs break-all ${chosen ? '' : 'text-faint'}`}>{field}</code>
              <select
                value={comparison}
                disabled={!chosen}
                onChange={(event) => change(key, { comparison: event.target.value as Comparison })}
                aria-label={`How ${field} is compared`}
                className={inputClass}
              >
                {comparisons.map((each) => (
                  <option key={each} value={each}>
                    {comparisonLabels[each]}
                  </option>
                ))}
              </select>
              <input
                value={value}
                disabled={!chosen}
                maxLength={4096}
                onChange={(event) => change(key, { value: event.target.value })}
                aria-label={`Value of ${field}`}
                spellCheck={false}
                className={`${inputClass} min-w-40 flex-1 font-mono text-xs`}
              />
            </div>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
