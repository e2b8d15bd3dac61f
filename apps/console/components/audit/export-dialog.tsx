'use client';
import { useRef, useState } from 'react';
import { type AuditFilter, exportUrl } from '../../api/audit.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';

/** Asks why all of it is needed; the audit log keeps that. The file comes as the browser takes it. */
export function ExportDialog({
  filter,
  onClose,
}: {
  readonly filter: AuditFilter;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [format, setFormat] = useState<'csv' | 'ndjson'>('csv');
  const first = useRef<HTMLInputElement>(null);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Export the audit log"
      initialFocus={first}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          location.assign(exportUrl(filter, format, reason.trim()));
          onClose();
        }}
      >
        <p className="text-sm text-soft">
          All entries that fit the filter, however many. That you took them is noted.
        </p>
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
        <Segmented
          label="Format"
          value={format}
          onChange={setFormat}
          choices={[
            { value: 'csv', label: 'CSV' },
            { value: 'ndjson', label: 'NDJSON' },
          ]}
        />
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
