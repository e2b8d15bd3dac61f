'use client';
import { useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';

/** Asks why all of it is needed; the audit log keeps that. The file comes as the browser takes it. */
export function ExportDialog<T extends string>({
  title,
  says,
  path,
  query = {},
  formats,
  columns,
  onClose,
}: {
  readonly title: string;
  readonly says: string;
  readonly path: string;
  /** What is exported; empty parts ask nothing. */
  readonly query?: Readonly<Record<string, string>>;
  readonly formats: readonly [
    { readonly value: T; readonly label: string },
    ...{ readonly value: T; readonly label: string }[],
  ];
  /** Of CSV, where they can be chosen. */
  readonly columns?: readonly string[];
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [format, setFormat] = useState<T>(formats[0].value);
  const [fields, setFields] = useState(columns?.join(', ') ?? '');
  const first = useRef<HTMLInputElement>(null);
  const chosen = columns !== undefined && format === 'csv' ? fields.replaceAll(/\s/g, '') : '';
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} initialFocus={first}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const asked = Object.entries({ ...query, format, fields: chosen, reason: reason.trim() });
          location.assign(`${path}?${new URLSearchParams(asked.filter(([, value]) => value !== ''))}`);
          onClose();
        }}
      >
        <p className="text-sm text-soft">{says}</p>
        <Field
          ref={first}
          label="Why"
          required
          minLength={3}
          maxLength={1_000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          placeholder="E.g. yearly review"
        />
        <Segmented label="Format" value={format} onChange={setFormat} choices={formats} />
        {columns !== undefined && format === 'csv' && (
          <Field
            label="Columns"
            hint="Fields, with commas between"
            required
            className="font-mono"
            value={fields}
            onChange={({ target }) => setFields(target.value)}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={reason.trim().length < 3}>
            Export
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
