'use client';
import { Filter, RotateCcw } from 'lucide-react';
import type { useLetterTotals } from '../../api/dead-letters.ts';
import { adviceFor, groupByReason } from '../../view/letter-view.ts';
import { count, plural } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { Shown } from '../ui/shown.tsx';

/** Open letters by reason, with what to do about each; choosing one filters the list. */
export function ReasonTable({
  totals,
  reason,
  onReason,
  onReplay,
}: {
  readonly totals: ReturnType<typeof useLetterTotals>;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  /** Undefined for who may not. */
  readonly onReplay: ((group: { reason: string; stage: string }) => void) | undefined;
}) {
  return (
    <section aria-label="Open letters by reason" className="shrink-0 border-b border-line bg-panel">
      <Shown query={totals} what="The letters by reason" rows={2}>
        {(found) => {
          const groups = groupByReason(found.totals);
          return (
            groups.length > 0 && (
              <div className="max-h-48 overflow-auto" tabIndex={0} role="region" aria-label="Reasons, table">
                <table className="w-full text-sm">
                  <thead className="sticky top-0 bg-raised text-left text-xs text-soft">
                    <tr>
                      <th scope="col" className="h-7 px-3 font-medium">
                        Reason
                      </th>
                      <th scope="col" className="px-3 text-right font-medium">
                        Open
                      </th>
                      <th scope="col" className="px-3 font-medium">
                        Sources
                      </th>
                      <th scope="col" className="px-3 font-medium">
                        What to do
                      </th>
                      <th scope="col">
                        <span className="sr-only">Replay</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {groups.map((group) => (
                      <tr
                        key={`${group.stage} ${group.reason}`}
                        className={`border-t border-line align-top ${group.reason === reason ? 'bg-accent-wash' : ''}`}
                      >
                        <td className="px-3 py-1 whitespace-nowrap">
                          <button
                            type="button"
                            aria-pressed={group.reason === reason}
                            title="Show these alone"
                            onClick={() => onReason(group.reason === reason ? '' : group.reason)}
                            className="inline-flex min-h-7 items-center gap-1.5 font-mono text-xs text-ink hover:underline aria-pressed:text-accent"
                          >
                            <Filter size={12} aria-hidden className="text-faint" />
                            {group.reason}
                          </button>
                        </td>
                        <td className="figure px-3 py-2 text-right">{count(group.count)}</td>
                        <td className="max-w-56 px-3 py-2">
                          <span
                            className="block truncate"
                            title={group.sources
                              .map((one) => `${one.source}: ${count(one.count)}`)
                              .join('\n')}
                          >
                            {group.sources[0]?.source}
                            {group.sources.length > 1 && (
                              <span className="text-soft">
                                {' '}
                                and {plural(group.sources.length - 1, 'more', 'more')}
                              </span>
                            )}
                          </span>
                        </td>
                        <td className="px-3 py-2 text-soft">
                          <span className="line-clamp-2" title={adviceFor(group.reason)}>
                            {adviceFor(group.reason)}
                          </span>
                        </td>
                        <td className="px-3 py-1 text-right">
                          {onReplay !== undefined && (
                            <Button
                              aria-label={`Replay ${plural(group.count, 'letter')} with ${group.reason}`}
                              onClick={() => onReplay(group)}
                            >
                              <RotateCcw size={13} aria-hidden /> Replay
                            </Button>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          );
        }}
      </Shown>
    </section>
  );
}
