'use client';
import type { AlertDetail } from '@tidewatch/api/schemas';
import type { JsonObject } from '@tidewatch/event';
import { X } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import { lazy, Suspense, useMemo, useState } from 'react';
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
import { IconButton } from '../ui/button.tsx';
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

export function AlertDetailPane(props: AlertDetailPaneProps) {
  const query = useAlert(props.id);
  return (
    <aside aria-label="Alert" className="flex min-h-0 flex-1 flex-col overflow-y-auto bg-panel" tabIndex={0}>
      {query.data === undefined && query.error !== null && (
        <div className="flex justify-end p-2">
          <CloseButton onClose={props.onClose} />
        </div>
      )}
      <Shown query={query} what="The alert" rows={10}>
        {(alert) => <Detail alert={alert} {...props} />}
      </Shown>
    </aside>
  );
}

const CloseButton = ({ onClose }: { readonly onClose: () => void }) => (
  <IconButton label="Close the detail (Esc)" onClick={onClose}>
    <X size={16} />
  </IconButton>
);

function Detail({
  alert,
  triage,
  onFilter,
  onClose,
}: AlertDetailPaneProps & { readonly alert: AlertDetail }) {
  const [chosen, setChosen] = useQueryState('match', parseAsString);
  const [excepting, setExcepting] = useState(false);
  const { mayMake } = useExceptionsWork();
  // The newest match is what an analyst asks about first.
  const match = alert.matches.find(({ id }) => id === chosen) ?? alert.matches.at(-1);
  const explanation = match?.explanation;
  const mayExcept = mayMake && explanation !== undefined && isRule(explanation);
  useKey('e', () => setExcepting(true), { enabled: mayExcept });
  const spans = useMemo(() => {
    const items = explanation?.engine === 'sigma' ? explanation.items : [];
    return new Map(matchedValues(items).map(({ path, spans }) => [path ?? '', spans]));
  }, [explanation]);
  return (
    <>
      <header className="sticky top-0 z-10 border-b border-line bg-panel px-4 pt-2.5 pb-2">
        <div className="flex items-start gap-3">
          <div className="min-w-0 flex-1">
            <div className="mb-0.5 flex items-center gap-3">
              <LevelMark level={alert.detector.level} />
            </div>
            <h2 className="text-lg font-semibold">{alert.detector.title}</h2>
          </div>
          <CloseButton onClose={onClose} />
        </div>
        <AlertActionBar
          alert={alert}
          triage={triage}
          onException={mayExcept ? () => setExcepting(true) : undefined}
        />
      </header>
      {excepting && match !== undefined && (
        <Suspense>
          <ExceptionDialog alert={alert} match={match} onClose={() => setExcepting(false)} />
        </Suspense>
      )}
      <div className="flex flex-col gap-5 px-4 py-3">
        <div>
          {explanation !== undefined && (
            <p className="mb-2 text-base">{visible(explanationSentence(explanation))}</p>
          )}
          <AlertFacts alert={alert} onFilter={onFilter} />
        </div>
        {match !== undefined && (
          <>
            <Section title="Why it fired">
              <Why alert={alert} explanation={match.explanation} onFilter={onFilter} />
            </Section>
            <Section
              title="Matches"
              aside={
                alert.count > alert.matches.length
                  ? `${alert.matches.length} of ${alert.count} kept`
                  : undefined
              }
            >
              <MatchTimeline
                matches={alert.matches}
                chosen={match.id}
                onChoose={(id) => void setChosen(id)}
              />
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
        {triage.mayWork && <AlertCases alert={alert.id} />}
        <Section title={isRule(alert.detector) ? 'About the rule' : 'About the model'}>
          <RuleAbout detector={alert.detector} />
        </Section>
        <Section title="History">
          <AlertHistory history={alert.history} />
        </Section>
      </div>
    </>
  );
}
