'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { DeadLetter } from '@tidewatch/api/schemas';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import {
  type LetterChoice,
  mostNamed,
  reloadLetters,
  useDeadLetters,
  useLetterTotals,
} from '../../api/dead-letters.ts';
import { letterStates, stateLabels } from '../../view/letter-view.ts';
import { plural } from '../../view/quantity.ts';
import { KqlBox } from '../filter/kql-box.tsx';
import { kqlProblemOf } from '../filter/kql-problem.ts';
import { TimePicker } from '../filter/time-picker.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { Segmented } from '../ui/segmented.tsx';
import { useKey } from '../ui/use-key.ts';
import { JobStrip } from './job-strip.tsx';
import { LetterList } from './letter-list.tsx';
import { LetterToolbar } from './letter-toolbar.tsx';
import { ReasonTable } from './reason-table.tsx';
import { useLetterState } from './use-letter-state.ts';
import { useLetterWork } from './use-letter-work.ts';

const DropDialog = lazy(() => import('./drop-dialog.tsx').then((module) => ({ default: module.DropDialog })));

interface Asking {
  readonly choice: LetterChoice;
  readonly what: string;
}

const letterId = ({ id }: DeadLetter): string => id;

export function DeadLettersPage() {
  const client = useQueryClient();
  const { state, setState, filter, filtered } = useLetterState();
  const list = useDeadLetters(filter);
  const { start, mayLook, mayWork, running } = useLetterWork();
  const totals = useLetterTotals(mayLook);
  const rows = useMemo<DeadLetter[]>(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { cursor, setCursor, atCursor } = useCursor(rows, letterId, {
    first: state.id,
    onOpen: ({ id }) => toggle(id),
    onReload: () => reload(),
  });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [dropping, setDropping] = useState<Asking>();

  const toggle = useCallback(
    (id: string) => {
      setCursor(id);
      void setState(({ id: before }) => ({ id: before === id ? null : id }), { history: 'replace' });
    },
    [setState, setCursor],
  );
  const select = useCallback(
    ({ id }: DeadLetter) =>
      setSelected((now) => {
        const next = new Set(now);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  const selectAll = useCallback(
    () =>
      setSelected(
        (now) => new Set(now.size >= rows.length ? [] : rows.slice(0, mostNamed).map(({ id }) => id)),
      ),
    [rows],
  );
  const clear = useCallback(() => setSelected(new Set()), []);
  const reload = (): void => {
    clear();
    void reloadLetters(client);
  };

  const named = (ids: readonly string[]): Asking => ({ choice: { ids }, what: plural(ids.length, 'letter') });
  /** What the toolbar acts on. */
  const chosen = (): Asking =>
    selected.size > 0 ? named([...selected]) : { choice: { filter }, what: 'all letters that match' };
  /** What a key acts on: never more than is marked. */
  const marked = (): Asking | undefined => {
    if (selected.size > 0) return named([...selected]);
    return atCursor === undefined ? undefined : named([atCursor.id]);
  };
  const work = (verb: 'replay' | 'restore', { choice }: Asking): void => {
    clear();
    void start(verb, choice);
  };
  useKey('x', () => {
    if (atCursor !== undefined) select(atCursor);
  });
  useKey(
    'p',
    () => {
      const target = marked();
      if (target !== undefined) work('replay', target);
    },
    { enabled: mayWork },
  );
  useKey('d', () => setDropping(marked()), { enabled: mayWork });
  useKey('escape', () => {
    if (selected.size > 0) clear();
    else void setState({ id: null }, { history: 'replace' });
  });

  const { q, reason, source } = state;
  const chips = [
    ...(reason === ''
      ? []
      : [{ text: `reason: ${reason}`, onRemove: () => void setState({ reason: null }) }]),
    ...(source === ''
      ? []
      : [{ text: `source: ${source}`, onRemove: () => void setState({ source: null }) }]),
  ];
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
        <Segmented
          label="State"
          value={state.state}
          onChange={(value) => void setState({ state: value })}
          choices={letterStates.map((value) => ({ value, label: stateLabels[value] }))}
        />
        <KqlBox
          page="dead-letters"
          range={state}
          value={q}
          onChange={(text) => void setState({ q: text })}
          problem={kqlProblemOf(list.error, q, filter.q)}
          placeholder="Filter letters, e.g. source: web and raw: *timeout*"
        />
        <TimePicker range={state} onChange={({ from, to }) => void setState({ from, to })} />
      </div>
      <JobStrip jobs={running} mayWork={mayWork} />
      {mayLook && (
        <ReasonTable
          totals={totals}
          reason={reason}
          onReason={(value) => void setState({ reason: value, state: null })}
          onReplay={
            mayWork
              ? (group) => void start('replay', { filter: { reason: group.reason, state: 'open' } })
              : undefined
          }
        />
      )}
      <section aria-label="Dead letters" className="flex min-h-0 flex-1 flex-col bg-panel">
        <LetterToolbar
          selected={selected.size}
          shown={list.data === undefined ? undefined : rows.length}
          more={list.hasNextPage}
          state={state.state}
          chips={chips}
          mayWork={mayWork}
          onReplay={() => work('replay', chosen())}
          onDrop={() => setDropping(chosen())}
          onRestore={() => work('restore', chosen())}
          onClear={clear}
          onReload={reload}
        />
        <LetterList
          list={list}
          rows={rows}
          cursor={cursor}
          opened={state.id}
          onOpen={toggle}
          selected={selected}
          onSelect={select}
          onSelectAll={selectAll}
          actions={{
            mayWork,
            onReplay: (ids) => work('replay', named(ids)),
            onDrop: (ids) => setDropping(named(ids)),
            onRestore: (ids) => work('restore', named(ids)),
          }}
          filtered={filtered}
          onReset={() => void setState(null)}
          restart={Object.values(filter).join('\n')}
        />
      </section>
      {dropping !== undefined && (
        <Suspense>
          <DropDialog
            what={dropping.what}
            onClose={() => setDropping(undefined)}
            onDrop={(why) => {
              clear();
              setDropping(undefined);
              void start('drop', dropping.choice, why);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
