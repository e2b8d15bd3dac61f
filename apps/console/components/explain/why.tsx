'use client';
import type { AlertDetail, AlertMatch } from '@tidewatch/api/schemas';
import type { OnFilter } from '../filter/value-menu.tsx';
import { WhyItCorrelated } from './why-it-correlated.tsx';
import { WhyItFired } from './why-it-fired.tsx';
import { WhyItScored } from './why-it-scored.tsx';

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
        <WhyItCorrelated
          ruleId={alert.detector.id}
          explanation={explanation}
          alertKey={alert.key}
          onFilter={onFilter}
        />
      );
    default:
      return <WhyItScored explanation={explanation} onFilter={onFilter} />;
  }
}
