'use client';
import type { AlertDetail, CorrelationExplanation } from '@tidewatch/api/schemas';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useEvent } from '../../api/events.ts';
import { useRule } from '../../api/rules.ts';
import { groupQuery } from '../../view/correlation.ts';
import { count } from '../../view/quantity.ts';
import { eventSummary } from '../../view/value.ts';
import { EventTree } from '../events/event-tree.tsx';
import type { OnFilter } from '../filter/value-menu.tsx';
import { Link } from '../ui/link.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { RuleSource } from './rule-source.tsx';

/** What held is what came together: no single line of the rule. */
const noConditions: ReadonlyMap<number, readonly number[]> = new Map();

type Sampled = CorrelationExplanation['sample'][number];

/** The events that a correlation rests on, read from the store for as long as it keeps them. */
export function WhyItCorrelated({
  ruleId,
  explanation,
  alertKey,
  onFilter,
}: {
  readonly ruleId: string;
  readonly explanation: CorrelationExplanation;
  readonly alertKey: AlertDetail['key'];
  readonly onFilter: OnFilter;
}) {
  const { sample, events, rules, from, to } = explanation;
  const rule = useRule(ruleId);
  const range = `from=${new Date(from).toISOString()}&to=${new Date(to + 1).toISOString()}`;
  return (
    <div>
      <ol aria-label="Events it rests on" className="ml-1 border-l-2 border-line">
        {sample.map((one) => (
          <CorrelatedEvent
            key={`${one.id} ${one.rule}`}
            one={one}
            rule={rules[one.rule]?.title ?? ''}
            onFilter={onFilter}
          />
        ))}
      </ol>
      <p className="mt-2 text-sm text-soft">
        {events > sample.length && `${count(sample.length)} of ${count(events)} events shown. `}
        <Link
          className="text-accent hover:underline"
          href={`/events?q=${encodeURIComponent(groupQuery(alertKey))}&${range}`}
        >
          All events of this group in this time
        </Link>
      </p>
      {rule.data !== undefined && (
        <div className="mt-3">
          <h4 className="mb-1 text-xs font-medium text-soft">The rule</h4>
          <RuleSource
            source={rule.data.source}
            conditions={noConditions}
            absent={[]}
            active={null}
            onActive={() => {}}
          />
        </div>
      )}
    </div>
  );
}

function CorrelatedEvent({
  one,
  rule,
  onFilter,
}: {
  readonly one: Sampled;
  readonly rule: string;
  readonly onFilter: OnFilter;
}) {
  const now = useNow();
  const [open, setOpen] = useState(false);
  const { data, error } = useEvent(one.id);
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="ml-2 flex min-h-7 w-[calc(100%-8px)] items-center gap-3 rounded px-2 py-1 text-left hover:bg-hover"
      >
        <ChevronRight size={14} aria-hidden className={`shrink-0 text-faint ${open ? 'rotate-90' : ''}`} />
        <span className="shrink-0 text-sm text-soft">
          <Time at={one.time} now={now} />
        </span>
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm">{rule}</span>
          <span className="block truncate font-mono text-xs text-soft">
            {data !== undefined
              ? eventSummary(data)
              : error !== null
                ? 'No longer kept, or not for you to read'
                : '…'}
          </span>
        </span>
      </button>
      {open && data !== undefined && (
        <div className="ml-8 py-2">
          <EventTree event={data} onFilter={onFilter} />
        </div>
      )}
    </li>
  );
}
