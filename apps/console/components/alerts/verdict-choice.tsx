import type { CloseReason } from '@tidewatch/event';
import { Segmented } from '../ui/segmented.tsx';

const verdicts = [
  { value: 'false_positive', label: 'False positive' },
  { value: 'benign_positive', label: 'Benign positive' },
  { value: 'none', label: 'Leave it' },
] as const satisfies readonly { readonly value: CloseReason | 'none'; readonly label: string }[];

export type Verdict = (typeof verdicts)[number]['value'];

/** As what the alert is closed that somebody makes an exception from. */
export function VerdictChoice({
  value,
  onChange,
}: {
  readonly value: Verdict;
  readonly onChange: (verdict: Verdict) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm">
      <span>Close its alert as</span>
      <Segmented label="Verdict" value={value} onChange={onChange} choices={verdicts} />
    </div>
  );
}
