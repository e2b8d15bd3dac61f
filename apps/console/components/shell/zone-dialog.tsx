'use client';
import { useQueryClient } from '@tanstack/react-query';
import { isZone } from '@tidewatch/event';
import { useMemo, useRef, useState } from 'react';
import { chooseZone } from '../../api/session.ts';
import { browserZone, offsetLabel, shownZone, wallClock } from '../../view/wall-clock.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem } from '../ui/field.tsx';
import { useNow } from '../ui/use-now.ts';

/** Which zone times are shown in, wherever one logs in. */
export function ZoneDialog({
  zone,
  onClose,
}: {
  /** Null for the browser's. */
  readonly zone: string | null;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const now = useNow();
  const first = useRef<HTMLInputElement>(null);
  const [own, setOwn] = useState(zone === null ? '' : shownZone());
  const [problem, setProblem] = useState<Error>();
  const names = useMemo(
    () => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')],
    [],
  );
  const typed = own.trim().replaceAll(' ', '_');
  const known = isZone(typed);
  const choose = (name: string | null): void => {
    chooseZone(client, name).then(onClose, setProblem);
  };
  const says = (name: string): string => `${wallClock(now, name).minute}, ${offsetLabel(now, name)}`;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Time zone" initialFocus={first}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (known) choose(typed);
        }}
      >
        <p className="text-sm text-soft">
          All times are shown in it, with the offset that holds at each. It is kept for you, wherever you log
          in.
        </p>
        <div className="flex flex-wrap gap-2">
          {[
            { name: null, label: `As the browser: ${browserZone()}, ${says(browserZone())}` },
            { name: 'UTC', label: `UTC, ${wallClock(now, 'UTC').minute}` },
          ].map(({ name, label }) => (
            <Button key={label} aria-pressed={zone === name} onClick={() => choose(name)}>
              {label}
            </Button>
          ))}
        </div>
        <Field
          ref={first}
          label="Another"
          list="zones"
          value={own}
          onChange={({ target }) => setOwn(target.value)}
          placeholder="E.g. Europe/Berlin"
          hint={
            known
              ? `It is ${says(typed)} there.`
              : typed === ''
                ? 'A place of the IANA list'
                : 'There is no zone of this name.'
          }
          spellCheck={false}
          autoComplete="off"
        />
        <datalist id="zones">
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!known}>
            Show times there
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
