'use client';
import type { AlertDetail, AlertMatch } from '@tidewatch/api/schemas';
import { lazy, Suspense } from 'react';
import { judgeHref } from '../../view/anomaly.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { TextLink } from '../ui/link.tsx';
import { WhyItFired } from './why-it-fired.tsx';

// Most alerts are of rules on single events.
const WhyItCorrelated = lazy(() =>
  import('./why-it-correlated.tsx').then((module) => ({ default: module.WhyItCorrelated })),
);
const WhyItScored = lazy(() =>
  import('./why-it-scored.tsx').then((module) => ({ default: module.WhyItScored })),
);

const waiting = <div className="skeleton h-40" role="status" aria-label="Loading the explanation" />;

/** Why a match came, as whatever found it explains itself. */
export function Why({
  alert,
  explanation,
  onFilter,
}: {
  readonly alert: Pick<AlertDetail, 'detector' | 'key'>;
  readonly explanation: AlertMatch['explanation'];
  readonly onFilter: OnFilter;
}) {
  switch (explanation.engine) {
    case 'sigma':
      return <WhyItFired ruleId={alert.detector.id} explanation={explanation} onFilter={onFilter} />;
    case 'correlation':
      return (
        <Suspense fallback={waiting}>
          <WhyItCorrelated
            ruleId={alert.detector.id}
            explanation={explanation}
            alertKey={alert.key}
            onFilter={onFilter}
          />
        </Suspense>
      );
    default:
      return (
        <Suspense fallback={waiting}>
          <WhyItScored explanation={explanation} onFilter={onFilter} />
          {explanation.engine === 'forest' && (
            <TextLink
              href={judgeHref(
                alert.detector.id,
                alert.key.map(({ value }) => value),
                explanation.interval,
              )}
              className="mt-2 text-sm"
            >
              Normal for this entity…
            </TextLink>
          )}
        </Suspense>
      );
  }
}
