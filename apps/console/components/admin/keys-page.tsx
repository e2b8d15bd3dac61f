'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { KeyList } from '@tidewatch/api/schemas';
import { KeyRound, Plus, Trash2 } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import { useMemo, useState } from 'react';
import { removeKey, useKeys } from '../../api/accounts.ts';
import { minuteTime } from '../../view/moment.ts';
import { plural } from '../../view/quantity.ts';
import { FilterBox } from '../filter/filter-box.tsx';
import type { GridColumn } from '../grid/grid-row.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { VirtualGrid } from '../grid/virtual-grid.tsx';
import { StateDot } from '../health/health-section.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Shown } from '../ui/shown.tsx';
import { EmptyState } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useKey } from '../ui/use-key.ts';
import { useNow } from '../ui/use-now.ts';
import { ConfirmDialog, type Question } from './confirm-dialog.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { type Secret, SecretDialog } from './secret-dialog.tsx';

type Key = KeyList['keys'][number];
const rowId = ({ id }: Key): string => id;
const looks = { active: 'good', expired: 'idle', resting: 'bad' } as const;
const words = { active: 'In force', expired: 'Expired', resting: 'User not vouched for' } as const;

export function KeysPage() {
  const client = useQueryClient();
  const query = useKeys();
  const { data, refetch } = query;
  const [q, setQ] = useQueryState('q', parseAsString.withDefault(''));
  const [opened, setOpened] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const [secret, setSecret] = useState<Secret>();
  const now = useNow();
  const rows = useMemo(() => {
    const sought = q.toLowerCase();
    return (data?.keys ?? []).filter(({ name, user, scopes }) =>
      `${name} ${user} ${scopes.join(' ')}`.toLowerCase().includes(sought),
    );
  }, [data, q]);
  const toggle = (id: string): void => setOpened(id === opened ? null : id);
  const { cursor, setCursor, atCursor } = useCursor(rows, rowId, {
    onOpen: ({ id }) => toggle(id),
    onReload: refetch,
  });
  const end = ({ id, name }: Key): void =>
    setQuestion({
      title: `End the key “${name}”?`,
      says: 'Whatever uses it is refused from now on. This cannot be undone.',
      verb: 'End it',
      work: () => removeKey(client, id),
    });
  useKey('escape', () => setOpened(null));
  useKey('n', () => setMaking(true));
  useKey('d', () => {
    if (atCursor !== undefined) end(atCursor);
  });

  return (
    <Shown query={query} what="The API keys" rows={12}>
      {(listed) => (
        <>
          <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
            <FilterBox
              label="Filter keys"
              value={q}
              onChange={(text) => void setQ(text === '' ? null : text)}
            />
            <Button look="primary" className="h-8" onClick={() => setMaking(true)}>
              <Plus size={14} aria-hidden /> New key <Kbd>n</Kbd>
            </Button>
          </div>
          <section aria-label="API keys" className="flex min-h-0 flex-1 flex-col bg-panel">
            {rows.length === 0 ? (
              <NoKeys filtered={q !== ''} onReset={() => void setQ(null)} />
            ) : (
              <VirtualGrid
                label="API keys"
                rows={rows}
                columns={keyColumns(now, end)}
                rowId={rowId}
                rowHeight={36}
                total={rows.length}
                cursor={cursor}
                onOpen={({ id }) => {
                  setCursor(id);
                  toggle(id);
                }}
                expanded={(key) => (key.id === opened ? <KeyFacts apiKey={key} now={now} /> : null)}
                restart={q}
                footer={
                  <p className="figure flex h-9 items-center justify-center text-xs text-faint" role="status">
                    {plural(rows.length, 'key')}
                  </p>
                }
              />
            )}
          </section>
          {making && (
            <KeyDialog
              scopes={listed.scopes}
              onClose={() => setMaking(false)}
              onMade={({ secret: text, expiresAt }, name) =>
                setSecret({
                  title: `The key “${name}”`,
                  says: `Send it as “Authorization: Bearer …”, until ${minuteTime(expiresAt)}. It is not shown again.`,
                  text,
                })
              }
            />
          )}
          {question !== undefined && (
            <ConfirmDialog question={question} onClose={() => setQuestion(undefined)} />
          )}
          {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
        </>
      )}
    </Shown>
  );
}

/** All that it may do, where the row has no room. */
const KeyFacts = ({
  apiKey: { scopes, sources, createdAt },
  now,
}: {
  readonly apiKey: Key;
  readonly now: number;
}) => (
  <div className="px-10 py-2 text-sm">
    <Facts>
      <Fact name="May do">{scopes.join(', ')}</Fact>
      {sources !== undefined && <Fact name="Sends as">{sources.join(', ')}</Fact>}
      <Fact name="Made">
        <Time at={createdAt} now={now} />
      </Fact>
    </Facts>
  </div>
);

function NoKeys({ filtered, onReset }: { readonly filtered: boolean; readonly onReset: () => void }) {
  if (filtered)
    return (
      <EmptyState icon={<KeyRound size={26} />} title="No key fits this filter">
        <Button onClick={onReset}>Show all</Button>
      </EmptyState>
    );
  return (
    <EmptyState icon={<KeyRound size={26} />} title="There is no API key">
      <p>
        Programs send events by a key with the scope <code className="font-mono">ingest</code>, and ask the
        API by keys with others.
      </p>
    </EmptyState>
  );
}

const text = (value: string) => (
  <span className="block truncate text-sm" title={value}>
    {value}
  </span>
);

function keyColumns(now: number, end: (key: Key) => void): GridColumn<Key>[] {
  return [
    {
      id: 'name',
      track: 'minmax(110px,1.2fr)',
      header: 'Key',
      cell: (row) => <span className="block truncate text-sm font-medium">{row.name}</span>,
    },
    {
      id: 'user',
      track: 'minmax(80px,0.6fr)',
      header: 'User',
      cell: (row) => text(row.user),
    },
    {
      id: 'scopes',
      track: 'minmax(130px,2fr)',
      header: 'May do',
      cell: (key) =>
        text([key.scopes.join(', '), ...(key.sources ?? []).map((source) => `to ${source}`)].join(' · ')),
    },
    {
      id: 'state',
      track: '124px',
      header: 'State',
      cell: (key) => (
        <span className="text-sm">
          <StateDot look={looks[key.state]}>{words[key.state]}</StateDot>
        </span>
      ),
    },
    {
      id: 'used',
      track: '112px',
      header: 'Last used',
      cell: (key) => (
        <span className="text-sm text-soft">
          {key.lastUsedAt === undefined ? 'Never' : <Time at={key.lastUsedAt} now={now} />}
        </span>
      ),
    },
    {
      id: 'expires',
      track: '112px',
      header: 'Expires',
      cell: (row) => (
        <span className="text-sm">
          <Time at={row.expiresAt} now={now} />
        </span>
      ),
    },
    {
      id: 'end',
      track: '32px',
      header: <span className="sr-only">Actions</span>,
      cell: (key) => (
        <IconButton label={`End the key ${key.name}`} onClick={() => end(key)}>
          <Trash2 size={14} />
        </IconButton>
      ),
    },
  ];
}
