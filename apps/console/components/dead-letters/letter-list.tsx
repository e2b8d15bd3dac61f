'use client';
import type { DeadLetter } from '@tidewatch/api/schemas';
import { MailCheck } from 'lucide-react';
import { useMemo } from 'react';
import type { useDeadLetters } from '../../api/dead-letters.ts';
import { count, plural } from '../../view/quantity.ts';
import { PagedGrid } from '../grid/paged-grid.tsx';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/states.tsx';
import { useNow } from '../ui/use-now.ts';
import { letterColumns } from './letter-columns.tsx';
import { LetterDetail } from './letter-detail.tsx';

export interface LetterActions {
  /** The role allows work, not only reading. */
  readonly mayWork: boolean;
  readonly onReplay: (ids: readonly string[]) => void;
  readonly onDrop: (ids: readonly string[]) => void;
  readonly onRestore: (ids: readonly string[]) => void;
}

export interface LetterListProps {
  readonly list: ReturnType<typeof useDeadLetters>;
  readonly rows: readonly DeadLetter[];
  readonly cursor: string | null;
  readonly opened: string | null;
  readonly onOpen: (id: string) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (letter: DeadLetter) => void;
  readonly onSelectAll: () => void;
  readonly actions: LetterActions;
  readonly filtered: boolean;
  readonly onReset: () => void;
  /** Changes when the list starts anew. */
  readonly restart: string;
}

const letterId = (letter: DeadLetter): string => letter.id;

/** The letters that fit, newest first. One request looks at a few thousand, so finding little may take several. */
export function LetterList(props: LetterListProps) {
  const { list, rows, selected, onSelect, onSelectAll } = props;
  const now = useNow();
  const columns = useMemo(() => letterColumns(now), [now]);
  const scanned = list.data?.pages.reduce((sum, page) => sum + page.scanned, 0) ?? 0;
  return (
    <PagedGrid
      list={list}
      what="the dead letters"
      empty={<NoLetters {...props} scanned={scanned} />}
      label="Dead letters"
      rows={rows}
      columns={columns}
      rowId={letterId}
      rowHeight={32}
      cursor={props.cursor}
      onOpen={(letter) => props.onOpen(letter.id)}
      selection={{
        what: 'letters',
        label: ({ id }) => `letter ${id}`,
        has: ({ id }) => selected.has(id),
        onSelect,
        onSelectAll,
      }}
      expanded={(letter) =>
        letter.id === props.opened ? <LetterDetail letter={letter} now={now} actions={props.actions} /> : null
      }
      restart={props.restart}
      {...(list.hasNextPage && {
        standing: `${count(rows.length)} found among the newest ${count(scanned)}; more follow`,
      })}
    />
  );
}

function NoLetters({
  list,
  filtered,
  onReset,
  scanned,
}: Pick<LetterListProps, 'list' | 'filtered' | 'onReset'> & { readonly scanned: number }) {
  if (list.hasNextPage)
    return (
      <EmptyState icon={<MailCheck size={26} />} title={`None among the newest ${count(scanned)}`}>
        <p>Older letters were not looked at yet.</p>
        <Button disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
          {list.isFetching ? 'Looking…' : 'Look further'}
        </Button>
      </EmptyState>
    );
  if (filtered)
    return (
      <EmptyState icon={<MailCheck size={26} />} title="No dead letter fits this filter">
        <p>
          {plural(scanned, 'letter')} looked at. Letters are kept for seven days unless classes.yml says
          otherwise.
        </p>
        <Button onClick={onReset}>Show all that are open</Button>
      </EmptyState>
    );
  return (
    <EmptyState icon={<MailCheck size={26} />} title="No dead letter is open">
      <p>
        A record that can’t be handled is kept here with its bytes and the reason, and can be replayed once
        the reason is gone, or dropped. Nothing waits for that now.
      </p>
    </EmptyState>
  );
}
