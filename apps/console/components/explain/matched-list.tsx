'use client';
import { type MatchedValue, verbOf } from '../../view/reason.ts';
import { type OnFilter, ValueMenu } from '../filter/value-menu.tsx';
import { ConditionBadge } from './condition-badge.tsx';
import { MarkedExcerpt } from './marked-text.tsx';

/** The event's side of the explanation: each matched value, and the conditions that held on it. */
export function MatchedList({
  values,
  active,
  onActive,
  onFilter,
}: {
  readonly values: readonly MatchedValue[];
  readonly active: number | null;
  readonly onActive: (condition: number | null) => void;
  readonly onFilter: OnFilter;
}) {
  return (
    <ul
      aria-label="Matched values of the event"
      className="max-h-96 divide-y divide-line overflow-y-auto rounded-md border border-line"
    >
      {values.map(({ path, value, spans, conditions }) => {
        const first = conditions[0];
        const isActive = conditions.some(({ number }) => number === active);
        return (
          <li
            key={first?.number}
            onMouseEnter={() => onActive(first?.number ?? null)}
            onMouseLeave={() => onActive(null)}
            className={`px-3 py-2 ${isActive ? 'bg-accent-wash' : ''}`}
          >
            <div className="mb-0.5 flex items-center gap-1.5">
              {conditions.map(({ number }) => (
                <ConditionBadge key={number} number={number} active={number === active} />
              ))}
              {path === null || value === null ? (
                <span className="font-mono text-xs text-soft">
                  {path ?? first?.item.field ?? 'anywhere in the event'}
                </span>
              ) : (
                <ValueMenu
                  field={path}
                  value={value}
                  onFilter={onFilter}
                  className="font-mono text-xs text-code-key"
                >
                  {path}
                </ValueMenu>
              )}
            </div>
            <p className="font-mono text-sm break-words whitespace-pre-wrap">
              {value === null ? (
                <span className="text-faint">absent</span>
              ) : (
                <MarkedExcerpt text={value} spans={spans} />
              )}
            </p>
            <ul className="mt-1">
              {conditions.map(({ number, item }) => (
                <li key={number} className="truncate text-xs text-soft" title={item.pattern ?? 'null'}>
                  <span className="text-faint">{item.selection}:</span> {item.field ?? 'keyword'}{' '}
                  {verbOf(item)} <code className="font-mono">{item.pattern ?? 'nothing'}</code>
                </li>
              ))}
            </ul>
          </li>
        );
      })}
      {values.length === 0 && (
        <li className="px-3 py-2 text-sm text-soft">
          No single value made it fire: the condition holds on what is absent.
        </li>
      )}
    </ul>
  );
}
