'use client';
import { createColumnHelper } from '@tanstack/react-table';
import type { DeadLetterPage, Health } from '@tidewatch/api/schemas';
import { RotateCw } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useDeadLetters } from '../../api/system.ts';
import { bytes, count } from '../../view/quantity.ts';
import { ListFooter } from '../grid/list-footer.tsx';
import { type GridColumn, type gridFeatures, VirtualGrid } from '../grid/virtual-grid.tsx';
import { IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { ProblemState, SkeletonRows } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { HealthSection } from './health-section.tsx';

type Letter = DeadLetterPage['items'][number];
const helper = createColumnHelper<typeof gridFeatures, Letter>();

const columnsAt = (now: number): GridColumn<Letter>[] => [
  helper.display({
    id: 'at',
    meta: { track: '108px' },
    header: 'Time',
    cell: ({ row }) => (
      <span className="text-sm">
        <Time at={Date.parse(row.original.at)} now={now} />
      </span>
    ),
  }),
  helper.display({
    id: 'stage',
    meta: { track: '96px' },
    header: 'Stage',
    cell: ({ row }) => <span className="block truncate text-sm">{row.original.stage}</span>,
  }),
  helper.display({
    id: 'reason',
    meta: { track: '140px' },
    header: 'Reason',
    cell: ({ row }) => (
      <code className="block truncate font-mono text-xs text-warn">{row.original.reason}</code>
    ),
  }),
  helper.display({
    id: 'source',
    meta: { track: '120px' },
    header: 'Source',
    cell: ({ row }) => <span className="block truncate text-sm">{row.original.source}</span>,
  }),
  helper.display({
    id: 'raw',
    meta: { track: 'minmax(160px,1fr)' },
    header: 'What came',
    cell: ({ row }) => <span className="block truncate font-mono text-xs text-soft">{row.original.raw}</span>,
  }),
  helper.display({
    id: 'bytes',
    meta: { track: '72px', align: 'right' },
    header: 'Size',
    cell: ({ row }) => <span className="figure text-sm">{bytes(row.original.bytes)}</span>,
  }),
];

const letterId = (letter: Letter): string => String(letter.offset);

/** What could not be handled, newest first, with its raw bytes and the reason. */
export function DeadLetters({ summary }: { readonly summary: Health['deadLetters'] }) {
  const list = useDeadLetters();
  const now = useNow();
  const columns = useMemo(() => columnsAt(now), [now]);
  const [opened, setOpened] = useState<string | null>(null);
  const letters = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { hasNextPage, isFetching, fetchNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <HealthSection
      id="dead-letters"
      title="Dead letters"
      aside={
        <>
          <IconButton label="Read the dead letters anew" onClick={() => void list.refetch()}>
            <RotateCw size={13} />
          </IconButton>
          <ul className="flex flex-wrap gap-2 text-xs" aria-label="By reason">
            {summary.reasons.map((row) => (
              <li key={row.reason} className="rounded border border-line bg-raised px-2 py-0.5">
                <code className="font-mono">{row.reason}</code>{' '}
                <span className="figure text-soft">{count(row.count)}</span>
              </li>
            ))}
          </ul>
        </>
      }
    >
      {list.data === undefined ? (
        list.error === null ? (
          <SkeletonRows rows={3} label="Loading the dead letters" />
        ) : (
          <ProblemState error={list.error} what="The dead letters" onRetry={() => void list.refetch()} />
        )
      ) : letters.length === 0 ? (
        <p className="rounded-lg border border-line bg-panel px-4 py-3 text-sm text-soft">
          None: everything that came could be handled.
        </p>
      ) : (
        <div className="flex h-72 flex-col overflow-hidden rounded-lg border border-line bg-panel">
          <VirtualGrid
            label="Dead letters"
            rows={letters}
            columns={columns}
            rowId={letterId}
            rowHeight={30}
            total={summary.total}
            cursor={opened}
            onOpen={(letter) =>
              setOpened((before) => (before === letterId(letter) ? null : letterId(letter)))
            }
            onEnd={onEnd}
            expanded={(letter) => (letterId(letter) === opened ? <OpenedLetter letter={letter} /> : null)}
            footer={
              <ListFooter
                loaded={letters.length}
                total={summary.total}
                loading={list.isFetchingNextPage}
                error={list.isFetchNextPageError ? list.error : null}
                onRetry={() => void fetchNextPage()}
              />
            }
          />
        </div>
      )}
    </HealthSection>
  );
}

function OpenedLetter({ letter }: { readonly letter: Letter }) {
  return (
    <div className="px-4 py-3 text-sm">
      <div className="mb-2 flex items-center gap-3">
        <p>{letter.message}</p>
        <div className="ml-auto">
          <CopyButton text={() => letter.raw} label="Copy what came" />
        </div>
      </div>
      <pre
        tabIndex={0}
        role="region"
        aria-label="What came"
        className="max-h-48 overflow-auto rounded-md border border-line bg-panel p-2 font-mono text-xs break-all whitespace-pre-wrap"
      >
        {letter.raw}
      </pre>
    </div>
  );
}
