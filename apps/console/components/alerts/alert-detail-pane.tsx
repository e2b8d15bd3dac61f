'use client';
import type { AlertDetail } from '@tidewatch/api/schemas';
import type { JsonObject } from '@tidewatch/event';
import { parseAsString, useQueryState } from 'nuqs';
import { lazy, memo, Suspense, useMemo, useState } from 'react';
import { useAlert } from '../../api/alerts.ts';
import { explanationSentence, isRule } from '../../view/explanation.ts';
import { matchedValues } from '../../view/reason.ts';
import { visible } from '../../view/value.ts';
import { AlertCases } from '../cases/alert-cases.tsx';
import { EventTree } from '../events/event-tree.tsx';
import { useExceptionsWork } from '../exceptions/use-exceptions-work.ts';
import { PrevalenceSection } from '../explain/prevalence-section.tsx';
import { Why } from '../explain/why.tsx';
import type { OnFilter } from '../filter/value-menu.tsx';
import { DetailPane } from '../ui/detail-pane.tsx';
import { Later } from '../ui/later.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { useKey } from '../ui/use-key.ts';
import { AlertActionBar } from './alert-action-bar.tsx';
import { AlertFacts } from './alert-facts.tsx';
import { AlertHistory } from './alert-history.tsx';
import { MatchTimeline } from './match-timeline.tsx';
import { RelatedSection } from './related-section.tsx';
import { RuleAbout } from './rule-about.tsx';
import type { Triage } from './use-triage.ts';

const ExceptionDialog = lazy(() =>
  import('../exceptions/exception-dialog.tsx').then((module) => ({ default: module.ExceptionDialog })),
);

export interface AlertDetailPaneProps {
  readonly id: string;
  readonly triage: Triage;
  readonly onFilter: OnFilter;
  readonly onClose: () => void;
}

export function AlertDetailPane({ id, triage, onFilter, onClose }: AlertDetailPaneProps) {
  const query = useAlert(id);
  const { data } = query;
  const [chosen, setChosen] = useQueryState('match', parseAsString);
  const [excepting, setExcepting] = useState(false);
  const { mayMake } = useExceptionsWork();
  // The newest match is what an analyst asks about first.
  const match = data?.matches.find((one) => one.id === chosen) ?? data?.matches.at(-1);
  const mayExcept = mayMake && match !== undefined && isRule(match.explanation);
  useKey('e', () => setExcepting(true), { enabled: mayExcept });
  return (
    <DetailPane
      label="Alert"
      title={data?.detector.title ?? 'Alert'}
      above={data && <LevelMark level={data.detector.level} />}
      below={
        data && (
          <AlertActionBar
            alert={data}
            triage={triage}
            onException={mayExcept ? () => setExcepting(true) : undefined}
          />
        )
      }
      onClose={onClose}
    >
      <Shown query={query} what="The alert" rows={10}>
        {(alert) => (
          <About
            alert={alert}
            match={match}
            onChoose={setChosen}
            onFilter={onFilter}
            mayWork={triage.mayWork}
          />
        )}
      </Shown>
      {excepting && data !== undefined && match !== undefined && (
        <Suspense>
          <ExceptionDialog alert={data} match={match} onClose={() => setExcepting(false)} />
        </Suspense>
      )}
    </DetailPane>
  );
}

/** Drawn anew with another alert or match, not as the list beside it changes. */
const About = memo(function About({
  alert,
  match,
  onChoose,
  onFilter,
  mayWork,
}: {
  readonly alert: AlertDetail;
  readonly match: AlertDetail['matches'][number] | undefined;
  readonly onChoose: (match: string) => void;
  readonly onFilter: OnFilter;
  readonly mayWork: boolean;
}) {
  const explanation = match?.explanation;
  const spans = useMemo(() => {
    const items = explanation?.engine === 'sigma' ? explanation.items : [];
    return new Map(matchedValues(items).map(({ path, spans }) => [path ?? '', spans]));
  }, [explanation]);
  return (
    <div className="flex flex-col gap-5 px-4 py-3">
      <div>
        {explanation !== undefined && (
          <p className="mb-2 text-base">{visible(explanationSentence(explanation))}</p>
        )}
        <AlertFacts alert={alert} onFilter={onFilter} />
      </div>
      {match !== undefined && (
        <Section title="Why it fired">
          <Why alert={alert} explanation={match.explanation} onFilter={onFilter} />
        </Section>
      )}
      <Later>
        {match !== undefined && (
          <>
            <Section
              title="Matches"
              aside={
                alert.count > alert.matches.length
                  ? `${alert.matches.length} of ${alert.count} kept`
                  : undefined
              }
            >
              <MatchTimeline matches={alert.matches} chosen={match.id} onChoose={onChoose} />
            </Section>
            <PrevalenceSection key={match.id} alert={alert.id} match={match.id} onFilter={onFilter} />
            {match.explanation.engine !== 'correlation' && (
              <Section title="The event">
                <EventTree event={match.event as JsonObject} spans={spans} onFilter={onFilter} />
              </Section>
            )}
          </>
        )}
        <RelatedSection alert={alert.id} rule={alert.detector.title} />
        {mayWork && <AlertCases alert={alert.id} />}
        <Section title={isRule(alert.detector) ? 'About the rule' : 'About the model'}>
          <RuleAbout detector={alert.detector} />
        </Section>
        <Section title="History">
          <AlertHistory history={alert.history} />
        </Section>
      </Later>
    </div>
  );
});
