'use client';
import type { RuleCoverage, RuleRow } from '@tidewatch/api/schemas';
import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { useDatasets } from '../../api/events.ts';
import { useCoverage } from '../../api/rules.ts';
import { useTechniqueName } from '../../api/techniques.ts';
import {
  attackMatrix,
  flowingSources,
  navigatorLayer,
  type Reach,
  reaches,
  reachWords,
  type TacticColumn,
} from '../../view/attack.ts';
import { plural } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { both, Shown } from '../ui/shown.tsx';

const looks: Readonly<Record<Reach, string>> = {
  rule: 'border-dashed border-line-strong text-soft',
  flows: 'border-accent bg-accent-wash',
  fired: 'border-high bg-high/15 font-semibold',
};

interface AttackMatrixProps {
  readonly rules: readonly RuleRow[];
  readonly onTechnique: (id: string) => void;
}

/** Techniques of the loaded rules by tactic, each as far as it is covered. */
export function AttackMatrix(props: AttackMatrixProps) {
  const query = both(useCoverage(), useDatasets());
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Shown query={query} what="What log sources flow" rows={12}>
        {([coverage, datasets]) => <Matrix coverage={coverage} datasets={datasets} {...props} />}
      </Shown>
    </div>
  );
}

function Matrix({
  rules,
  coverage,
  datasets,
  onTechnique,
}: AttackMatrixProps & { readonly coverage: RuleCoverage; readonly datasets: ReadonlySet<string> }) {
  const nameOf = useTechniqueName();
  const matrix = useMemo(
    () => attackMatrix(rules, flowingSources(coverage, datasets)),
    [rules, coverage, datasets],
  );
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-3 px-4 py-2 text-sm">
        <ul className="flex flex-wrap items-center gap-2" aria-label="Legend">
          {reaches.map((reach) => (
            <li key={reach} className={`rounded border px-2 py-0.5 text-xs ${looks[reach]}`}>
              {reachWords[reach]}
            </li>
          ))}
        </ul>
        <span className="text-soft">
          A technique stands under each tactic that its rules name. Log sources of the last day.
        </span>
        <Button className="ml-auto" onClick={() => save(matrix)}>
          <Download size={13} aria-hidden /> Navigator layer
        </Button>
      </div>
      <div
        className="relative min-h-0 flex-1 overflow-auto px-4 pb-4"
        tabIndex={0}
        role="region"
        aria-label="ATT&CK matrix"
      >
        <div className="flex min-w-max gap-2">
          {matrix.map(({ tactic, name, techniques }) => (
            <section key={tactic} aria-label={name} className="flex w-36 flex-col gap-1">
              <h2 className="sticky top-0 flex h-11 items-end bg-bg pb-1 text-xs font-semibold">
                <span>
                  {name} <span className="figure font-normal text-soft">{techniques.length}</span>
                </span>
              </h2>
              {techniques.map(({ id, reach, rules: its }) => (
                <button
                  key={id}
                  type="button"
                  onClick={() => onTechnique(id)}
                  title={its.map(({ title }) => title).join('\n')}
                  className={`flex min-h-9 flex-col justify-center rounded border px-2 py-1 text-left text-xs hover:border-accent ${looks[reach]}`}
                >
                  <span className="font-mono">{id}</span>
                  <span className="font-medium text-ink">{nameOf(id)}</span>
                  <span className="font-normal text-soft">
                    {plural(its.length, 'rule')}
                    <span className="sr-only">, {reachWords[reach]}</span>
                  </span>
                </button>
              ))}
              {techniques.length === 0 && <p className="text-xs text-soft">no rule</p>}
            </section>
          ))}
        </div>
      </div>
    </>
  );
}

function save(matrix: readonly TacticColumn[]): void {
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(navigatorLayer(matrix), null, 2)], { type: 'application/json' }),
  );
  const link = Object.assign(document.createElement('a'), { href: url, download: 'tidewatch-layer.json' });
  link.click();
  URL.revokeObjectURL(url);
}
