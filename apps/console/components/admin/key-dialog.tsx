'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { KeyList, MadeKey } from '@tidewatch/api/schemas';
import { useRef, useState } from 'react';
import { addKey } from '../../api/accounts.ts';
import { namesIn } from '../../view/account.ts';
import { plural } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Checks, Field, FormProblem } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

const terms = ['30', '90', '365'] as const;

/** Makes a key for oneself. */
export function KeyDialog({
  scopes,
  onClose,
  onMade,
}: {
  readonly scopes: KeyList['scopes'];
  readonly onClose: () => void;
  readonly onMade: (key: MadeKey, name: string) => void;
}) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [sources, setSources] = useState('');
  const [days, setDays] = useState<(typeof terms)[number]>('90');
  const first = useRef<HTMLInputElement>(null);
  const { busy, problem, attempt } = useAttempt();
  const save = () =>
    attempt(async () => {
      const named = chosen.has('ingest') ? namesIn(sources) : [];
      const body = { name, scopes: [...chosen], days: Number(days) };
      onMade(await addKey(client, { ...body, ...(named.length === 0 ? {} : { sources: named }) }), name);
      onClose();
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New API key"
      width="max-w-2xl"
      initialFocus={first}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void save();
        }}
      >
        <Field
          ref={first}
          label="What it is for"
          required
          maxLength={100}
          value={name}
          onChange={({ target }) => setName(target.value)}
          placeholder="E.g. the shipper of the web servers"
        />
        <Checks
          label="What it may do. It can never do more than you."
          choices={scopes.map((value) => ({
            value,
            label: <code className="font-mono text-xs">{value}</code>,
          }))}
          chosen={chosen}
          onChange={setChosen}
        />
        {chosen.has('ingest') && (
          <Field
            label="Sources it may send to"
            value={sources}
            onChange={({ target }) => setSources(target.value)}
            placeholder="All; or names with commas between, such as web-*, vpn"
          />
        )}
        <div className="flex items-center gap-2 text-sm">
          <span>Expires in</span>
          <Segmented
            label="Expires in"
            value={days}
            onChange={setDays}
            choices={terms.map((value) => ({ value, label: plural(Number(value), 'day') }))}
          />
        </div>
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy || chosen.size === 0}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
