'use client';
import type { SigmaExplanation } from '@tidewatch/api/schemas';
import { useMemo, useState } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { useRule } from '../../api/rules.ts';
import { conditionLines, matchedValues } from '../../view/reason.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { Shown } from '../ui/shown.tsx';
import { MatchedList } from './matched-list.tsx';
import { RuleSource } from './rule-source.tsx';

/** The rule and the event side by side, with what matched marked in both and tied by number. */
export function WhyItFired({
  ruleId,
  explanation,
  onFilter,
}: {
  readonly ruleId: string;
  readonly explanation: SigmaExplanation;
  readonly onFilter: OnFilter;
}) {
  const rule = useRule(ruleId);
  const [active, setActive] = useState<number | null>(null);
  const { items, condition, absent } = explanation;
  const values = useMemo(() => matchedValues(items), [items]);
  const lines = useMemo(() => conditionLines(items), [items]);
  return (
    <div className="@container">
      <p className="mb-2 flex flex-wrap items-baseline gap-x-2 text-sm">
        <span className="text-soft">Condition</span>
        <code className="font-mono">{condition}</code>
        {absent.length > 0 && (
          <span className="text-soft">
            held, and {absent.map((name) => `“${name}”`).join(', ')} rightly did not.
          </span>
        )}
      </p>
      <div className="grid gap-3 @2xl:grid-cols-2">
        <div className="min-w-0">
          <h4 className="mb-1 text-xs font-medium text-soft">In the rule</h4>
          {rule.error instanceof ApiProblem && rule.error.status === 404 ? (
            <p className="rounded-md border border-line bg-raised p-3 text-sm text-soft">
              The rule is no longer loaded. What matched is kept with the alert.
            </p>
          ) : (
            <Shown query={rule} what="The rule">
              {({ source }) => (
                <RuleSource
                  source={source}
                  conditions={lines}
                  absent={absent}
                  active={active}
                  onActive={setActive}
                />
              )}
            </Shown>
          )}
        </div>
        <div className="min-w-0">
          <h4 className="mb-1 text-xs font-medium text-soft">In the event</h4>
          <MatchedList values={values} active={active} onActive={setActive} onFilter={onFilter} />
        </div>
      </div>
    </div>
  );
}
