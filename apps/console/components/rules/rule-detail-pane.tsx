'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { RuleRow } from '@tidewatch/api/schemas';
import { releaseRule, useRule } from '../../api/rules.ts';
import { useMay } from '../../api/session.ts';
import { costText } from '../../view/cost.ts';
import { percent } from '../../view/forecast.ts';
import { count } from '../../view/quantity.ts';
import { falsePositiveRate, reasonOf, stateOf, type Verdict, verdictWords } from '../../view/rule-view.ts';
import { RuleAbout } from '../alerts/rule-about.tsx';
import { RuleSource } from '../explain/rule-source.tsx';
import { StateDot } from '../health/health-section.tsx';
import { Button } from '../ui/button.tsx';
import { DetailPane } from '../ui/detail-pane.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { TextLink } from '../ui/link.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { Time } from '../ui/time.tsx';
import { toasts } from '../ui/toasts.tsx';
import { useNow } from '../ui/use-now.ts';
import { Words } from '../ui/words.tsx';
import { reasonLook, stateLooks } from './rule-columns.tsx';
import { RuleWorkshop, type RuleWorkshopProps } from './rule-workshop.tsx';

const noConditions: ReadonlyMap<number, readonly number[]> = new Map();

/** One rule: how it fares, what it looks for, what its author says, and what it would find. */
export function RuleDetailPane({
  id,
  row,
  verdict,
  onClose,
  ...workshop
}: Omit<RuleWorkshopProps, 'source' | 'rule'> & {
  readonly id: string;
  /** Its row of the list; undefined once it is no longer there. */
  readonly row: RuleRow | undefined;
  readonly verdict: Verdict | undefined;
  readonly onClose: () => void;
}) {
  const query = useRule(id);
  const { may } = useMay();
  const rule = row ?? query.data;
  return (
    <DetailPane
      label="Rule"
      above={rule && <LevelMark level={rule.level} />}
      title={rule?.title ?? id}
      onClose={onClose}
    >
      <div className="flex flex-col gap-5 px-4 py-3">
        {rule !== undefined && <Standing rule={rule} verdict={verdict} mayRelease={may('engineer')} />}
        <Shown query={query} what="The rule" rows={10}>
          {(data) => (
            <>
              {data.about !== undefined && (
                <Section title="About the rule">
                  <RuleAbout detector={data.about} />
                </Section>
              )}
              <Section title="Source" aside={data.file}>
                <RuleSource
                  source={data.source}
                  conditions={noConditions}
                  absent={[]}
                  active={null}
                  onActive={() => undefined}
                />
              </Section>
              {may('triage') && (
                <Section title="Change and try it">
                  <RuleWorkshop {...workshop} source={data.source} rule={data} />
                </Section>
              )}
            </>
          )}
        </Shown>
      </div>
    </DetailPane>
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
      {reason !== undefined && (
        <p className={`mb-2 ${reasonLook(rule)}`}>
          <Words>{reason}</Words>
        </p>
      )}
      {rule.quarantine !== undefined && (
        <div className="mb-2 flex items-center gap-3">
          <p className="text-soft">
            Not run since <Time at={rule.quarantine.since} now={now} />, until it changes or is released.
          </p>
          {mayRelease && <Button onClick={() => void release()}>Release it</Button>}
        </div>
      )}
      <Facts>
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
          <TextLink
            href={`/alerts?q=${encodeURIComponent(`rule.id: ${JSON.stringify(rule.id)}`)}&status=all&from=now-30d`}
          >
            its alerts
          </TextLink>
        </Fact>
        <Fact name="False positives">
          <span className="figure">{percent(falsePositiveRate(verdict))}</span>{' '}
          <span className="text-soft">{verdictWords(verdict)}</span>
        </Fact>
        {rule.cost !== undefined && <Fact name="Cost">{costText(rule.cost)}</Fact>}
      </Facts>
    </div>
  );
}
