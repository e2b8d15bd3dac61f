'use client';
import type { CaseRow } from '@tidewatch/api/schemas';
import { levels } from '@tidewatch/event';
import { useCaseOwners } from '../../api/cases.ts';
import { levelLabels } from '../../view/alert-view.ts';
import { caseStatusLabels } from '../../view/case.ts';
import { inputClass } from '../ui/field.tsx';

interface ChoiceProps<T> {
  readonly value: T;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({
  label,
  value,
  onChange,
  choices,
}: ChoiceProps<T> & { readonly label: string; readonly choices: readonly (readonly [T, string])[] }) {
  return (
    <label className="flex flex-col gap-1 text-sm text-soft">
      {label}
      <select value={value} onChange={({ target }) => onChange(target.value as T)} className={inputClass}>
        {choices.map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export const StatusChoice = (props: ChoiceProps<CaseRow['status']>) => (
  <Choice
    label="Status"
    choices={Object.entries(caseStatusLabels) as [CaseRow['status'], string][]}
    {...props}
  />
);

export const SeverityChoice = (props: ChoiceProps<CaseRow['severity']>) => (
  <Choice
    label="Severity"
    choices={[...levels].reverse().map((level) => [level, levelLabels[level]] as const)}
    {...props}
  />
);

export function OwnerChoice({ value, onChange }: ChoiceProps<string | null>) {
  const owners = useCaseOwners().data?.owners ?? [];
  // Who may own no case any more owns this one still.
  const former = value === null || owners.some(({ id }) => id === value) ? [] : [[value, value] as const];
  return (
    <Choice
      label="Owner"
      value={value ?? ''}
      onChange={(id) => onChange(id === '' ? null : id)}
      choices={[
        ['', 'Nobody'],
        ...owners.map(({ id, name }) => [id, name === id ? id : `${name} (${id})`] as const),
        ...former,
      ]}
    />
  );
}
