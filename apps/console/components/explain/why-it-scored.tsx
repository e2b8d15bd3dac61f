import { contributionBars, insteadSpans, type ModelExplanation } from '../../view/explanation.ts';
import { figure, percent } from '../../view/forecast.ts';
import { visible } from '../../view/value.ts';
import { type OnFilter, ValueMenu } from '../filter/value-menu.tsx';
import { Link } from '../ui/link.tsx';
import { MarkedExcerpt } from './marked-text.tsx';

type Evasion = Extract<ModelExplanation, { engine: 'evasion' }>;
type Scored = Exclude<ModelExplanation, { engine: 'evasion' }>;

/** What a model's score rests on. */
export function WhyItScored({
  explanation,
  onFilter,
}: {
  readonly explanation: ModelExplanation;
  readonly onFilter: OnFilter;
}) {
  return explanation.engine === 'evasion' ? (
    <NearRules explanation={explanation} onFilter={onFilter} />
  ) : (
    <Contributions explanation={explanation} />
  );
}

/** The line with what differs marked, and the rules that it is near to. */
function NearRules({
  explanation,
  onFilter,
}: {
  readonly explanation: Evasion;
  readonly onFilter: OnFilter;
}) {
  const { model, path, value, rules, tokens } = explanation;
  return (
    <div className="flex flex-col gap-3 text-sm">
      <div className="rounded-md border border-line px-3 py-2">
        <ValueMenu field={path} value={value} onFilter={onFilter} className="font-mono text-xs text-code-key">
          {path}
        </ValueMenu>
        <p className="font-mono break-words whitespace-pre-wrap">
          <MarkedExcerpt text={value} spans={insteadSpans(explanation)} />
        </p>
      </div>
      <ol aria-label="The nearest rules" className="divide-y divide-line rounded-md border border-line">
        {rules.map(({ id, title, score, wanted }) => (
          <li key={id} className="px-3 py-2">
            <p className="flex items-baseline gap-3">
              <Link
                href={`/rules?id=${encodeURIComponent(id)}`}
                className="min-w-0 flex-1 font-medium hover:underline"
              >
                {title}
              </Link>
              <span className="figure text-soft">{percent(score)} of it is there</span>
            </p>
            <ul className="mt-1 flex flex-col gap-1">
              {wanted.map(({ value: asked, instead }) => (
                <li key={asked} className="text-soft">
                  asks for <code className="font-mono text-ink">{asked}</code>
                  {instead === null ? (
                    ', which is not there'
                  ) : (
                    <>
                      , says{' '}
                      <code className="font-mono">
                        <mark>{instead}</mark>
                      </code>
                    </>
                  )}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      <p className="text-soft">
        {tokens.length > 0 && (
          <>
            Words that made the score:{' '}
            {tokens.map((token) => (
              <code key={token} className="mr-1.5 font-mono text-ink">
                {token}
              </code>
            ))}
            ·{' '}
          </>
        )}
        model {model.name} {model.version}
      </p>
    </div>
  );
}

/** Bars in a table, so that one is the other's twin. */
function Contributions({ explanation }: { readonly explanation: Scored }) {
  const bars = contributionBars(explanation.features);
  // A model of ONNX knows what is, and not what should be.
  const expects = explanation.features.some(({ expected }) => expected !== null);
  const figures = expects ? ['Is', 'Expected'] : ['Is'];
  return (
    <div className="flex flex-col gap-2 text-sm">
      {bars.length > 0 && (
        <div
          className="overflow-x-auto rounded-md border border-line"
          tabIndex={0}
          role="region"
          aria-label="Contributions, table"
        >
          <table className="w-full">
            <thead className="bg-raised text-xs text-soft">
              <tr>
                {['Feature', ...figures, 'Part of the score'].map((title) => (
                  <th
                    key={title}
                    scope="col"
                    className={`h-7 px-3 font-medium ${figures.includes(title) ? 'text-right' : 'text-left'}`}
                  >
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {bars.map(({ name, actual, expected, contribution, length, examples }) => (
                <tr key={name} className="border-t border-line">
                  <th scope="row" className="h-8 px-3 text-left font-mono text-xs font-normal">
                    {name}
                    {examples.length > 0 && (
                      <span className="block break-all text-soft">
                        new: {examples.map(visible).join(', ')}
                      </span>
                    )}
                  </th>
                  <td className="figure px-3 text-right break-all">{actual}</td>
                  {expects && <td className="figure px-3 text-right text-soft">{expected}</td>}
                  <td className="w-2/5 px-3">
                    <span className="flex items-center gap-3">
                      <span className="figure w-16 shrink-0 text-right">{figure(contribution)}</span>
                      <span aria-hidden className="h-2.5 min-w-0 flex-1">
                        <span
                          className={`block h-full rounded-sm forced-color-adjust-none ${(contribution ?? 0) < 0 ? 'bg-good' : 'bg-high'}`}
                          style={{ width: `${length * 100}%` }}
                        />
                      </span>
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {explanation.engine === 'onnx' ? (
        <>
          <p>{explanation.meaning}</p>
          <p className="text-soft">
            {explanation.method} · model {explanation.model.name} {explanation.model.version}
          </p>
        </>
      ) : (
        <p className="text-soft">
          A random cut forest of this entity: the score says how far the interval stands apart from those
          before. Confidence {percent(explanation.confidence)}.
        </p>
      )}
    </div>
  );
}
