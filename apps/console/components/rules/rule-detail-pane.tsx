'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { RuleRow } from '@tidewatch/api/schemas';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { releaseRule, useRule } from '../../api/rules.ts';
import { useSession } from '../../api/session.ts';
import { costText } from '../../view/cost.ts';
import { percent } from '../../view/forecast.ts';
import { count } from '../../view/quantity.ts';
import { falsePositiveRate, reasonOf, stateOf, type Verdict, verdictWords } from '../../view/rule-view.ts';
import { RuleAbout } from '../alerts/rule-about.tsx';
import { RuleSource } from '../explain/rule-source.tsx';
import { StateDot } from '../health/health-section.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Link } from '../ui/link.tsx';
import { Section } from '../ui/section.tsx';
import { ProblemState, SkeletonRows, StaleNote } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { toasts } from '../ui/toasts.tsx';
import { useNow } from '../ui/use-now.ts';
import { BacktestPanel } from './backtest-panel.tsx';
import { reasonLook, stateLooks } from './rule-columns.tsx';

const noConditions: ReadonlyMap<number, readonly number[]> = new Map();
const engineers = new Set(['engineer', 'admin']);
const triagers = new Set(['analyst', 'engineer', 'admin']);

/** One rule: how it fares, what it looks for, what its author says, and what it would find. */
export function RuleDetailPane({
  id,
  row,
  verdict,
  onClose,
}: {
  readonly id: string;
  /** Its row of the list; undefined once it is no longer there. */
  readonly row: RuleRow | undefined;
  readonly verdict: Verdict | undefined;
  readonly onClose: () => void;
}) {
  const { data, error, refetch } = useRule(id);
  const roles = useSession().data?.roles ?? [];
  const rule = row ?? data;
  return (
    <aside aria-label="Rule" className="flex min-h-0 flex-1 flex-col overflow-y-auto bg-panel" tabIndex={0}>
      {data !== undefined && error !== null && <StaleNote error={error} onRetry={() => void refetch()} />}
      <header className="sticky top-0 z-10 flex items-start gap-3 border-b border-line bg-panel px-4 pt-2.5 pb-2">
        <div className="min-w-0 flex-1">
          {rule !== undefined && <LevelMark level={rule.level} />}
          <h2 className="text-lg font-semibold">{rule?.title ?? id}</h2>
        </div>
        <IconButton label="Close the detail (Esc)" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </header>
      {rule === undefined && data === undefined && error === null && (
        <SkeletonRows rows={10} label="Loading the rule" />
      )}
      {error !== null && data === undefined && (
        <ProblemState error={error} what="The rule" onRetry={() => void refetch()} />
      )}
      {rule !== undefined && (
        <div className="flex flex-col gap-5 px-4 py-3">
          <Standing rule={rule} verdict={verdict} mayRelease={roles.some((role) => engineers.has(role))} />
          {data?.about !== undefined && (
            <Section title="About the rule">
              <RuleAbout detector={data.about} />
            </Section>
          )}
          {data !== undefined && (
            <Section title="Source" aside={data.file}>
              <RuleSource
                source={data.source}
                conditions={noConditions}
                absent={[]}
                active={null}
                onActive={() => undefined}
              />
            </Section>
          )}
          {data !== undefined && roles.some((role) => triagers.has(role)) && (
            <Section title="Try it on stored events">
              <BacktestPanel source={data.source} />
            </Section>
          )}
        </div>
      )}
    </aside>
  );
}

/** What became of it since it was loaded. */
function Standing({
  rule,
  verdict,
  mayRelease,
}: {
  readonly rule: RuleRow;
  readonly verdict: Verdict | undefined;
  readonly mayRelease: boolean;
}) {
  const now = useNow();
  const client = useQueryClient();
  const state = stateOf(rule);
  const reason = reasonOf(rule);
  const release = async (): Promise<void> => {
    try {
      await releaseRule(client, rule.id);
      toasts.add({ title: `“${rule.title}” runs again` });
    } catch (error) {
      toasts.add({
        ...{ type: 'problem', priority: 'high', title: 'The rule was not released' },
        description: (error as Error).message,
      });
    }
  };
  return (
    <div className="text-sm">
      {reason !== undefined && <p className={`mb-2 ${reasonLook(rule)}`}>{reason}</p>}
      {rule.quarantine !== undefined && (
        <div className="mb-2 flex items-center gap-3">
          <p className="text-soft">
            Not run since <Time at={rule.quarantine.since} now={now} />, until it changes or is released.
          </p>
          {mayRelease && <Button onClick={() => void release()}>Release it</Button>}
        </div>
      )}
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4">
        <Fact name="State">
          <StateDot look={stateLooks[state]}>{state}</StateDot>
        </Fact>
        <Fact name="Log source">
          <code className="font-mono text-xs">{rule.logsource}</code>
        </Fact>
        <Fact name="Matches">
          <span className="figure">{count(rule.matches)}</span>
          {rule.lastMatch !== null && (
            <>
              , last <Time at={rule.lastMatch} now={now} />
            </>
          )}{' '}
          <Link
            className="inline-flex min-h-7 items-center text-accent underline decoration-accent/50 underline-offset-2"
            href={`/alerts?q=${encodeURIComponent(`rule.id: ${JSON.stringify(rule.id)}`)}&status=all&from=now-30d`}
          >
            its alerts
          </Link>
        </Fact>
        <Fact name="False positives">
          <span className="figure">{percent(falsePositiveRate(verdict))}</span>{' '}
          <span className="text-soft">{verdictWords(verdict)}</span>
        </Fact>
        {rule.cost !== undefined && <Fact name="Cost">{costText(rule.cost)}</Fact>}
      </dl>
    </div>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <>
    <dt className="leading-7 text-soft">{name}</dt>
    <dd className="min-w-0 leading-7">{children}</dd>
  </>
);
