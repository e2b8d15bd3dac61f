'use client';
import type { CaseRow } from '@tidewatch/api/schemas';
import { type RefObject, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Field, FormProblem } from '../ui/field.tsx';
import { OwnerChoice, SeverityChoice } from './case-fields.tsx';

export type NewCase = Pick<CaseRow, 'title' | 'severity' | 'owner'>;

/** What a new case is called, how severe it is, and whose. */
export function NewCaseForm({
  first,
  before,
  busy,
  problem,
  onOpen,
  onCancel,
}: {
  readonly first: RefObject<HTMLInputElement | null>;
  readonly before: NewCase;
  readonly busy: boolean;
  readonly problem: Error | undefined;
  readonly onOpen: (made: NewCase) => void;
  readonly onCancel: () => void;
}) {
  const [made, setMade] = useState(before);
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onOpen({ ...made, title: made.title.trim() });
      }}
    >
      <Field
        ref={first}
        label="Title"
        required
        maxLength={200}
        value={made.title}
        onChange={({ target }) => setMade({ ...made, title: target.value })}
        placeholder="E.g. Guessed passwords on web1"
      />
      <div className="grid grid-cols-2 gap-3">
        <SeverityChoice value={made.severity} onChange={(severity) => setMade({ ...made, severity })} />
        <OwnerChoice value={made.owner} onChange={(owner) => setMade({ ...made, owner })} />
      </div>
      <FormProblem problem={problem} />
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" type="submit" disabled={busy || made.title.trim() === ''}>
          Open the case
        </Button>
      </div>
    </form>
  );
}
