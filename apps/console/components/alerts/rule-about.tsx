import type { AlertDetail } from '@tidewatch/api/schemas';
import { ExternalLink } from 'lucide-react';
import { useTechniqueName } from '../../api/techniques.ts';
import { tagLabel } from '../../view/alert-view.ts';
import { isRule } from '../../view/explanation.ts';
import { Fact, Facts } from '../ui/facts.tsx';

/** Only these leave the page; anything else a rule calls a reference stays text. */
const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text);

const linkClass = 'text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent';

/** What the rule's author says: what it finds, where it errs, what it rests on. */
export function RuleAbout({ detector }: { readonly detector: AlertDetail['detector'] }) {
  const nameOf = useTechniqueName();
  const { description, author, license, references = [], tags = [], falsePositives = [] } = detector;
  return (
    <div className="flex flex-col gap-3 text-sm">
      {description !== undefined && <p className="max-w-prose whitespace-pre-line">{description}</p>}
      {tags.length > 0 && (
        <ul className="flex flex-wrap gap-2" aria-label="Tags">
          {tags.map((tag) => {
            const { label, href } = tagLabel(tag);
            const look = 'inline-flex min-h-7 items-center rounded border border-line bg-raised px-2 text-xs';
            return (
              <li key={tag}>
                {href === undefined ? (
                  <span className={`${look} text-soft`}>{label}</span>
                ) : (
                  <a
                    href={href}
                    rel="noreferrer"
                    target="_blank"
                    className={`${look} font-mono text-accent hover:bg-hover`}
                  >
                    {label}
                    {nameOf(label) !== undefined && (
                      <span className="ml-1.5 font-sans text-ink">{nameOf(label)}</span>
                    )}
                  </a>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <Facts>
        {falsePositives.length > 0 && <Fact name="False positives">{falsePositives.join('; ')}</Fact>}
        {author !== undefined && <Fact name="Author">{author}</Fact>}
        {license !== undefined && <Fact name="Licence">{license}</Fact>}
        <Fact code name={isRule(detector) ? 'Rule' : 'Model'}>
          {detector.id}
        </Fact>
        {references.length > 0 && (
          <Fact name="References">
            <ul className="flex flex-col">
              {references.map((reference) => (
                <li key={reference} className="flex min-h-7 items-center">
                  {isWebAddress(reference) ? (
                    <a
                      href={reference}
                      rel="noreferrer"
                      target="_blank"
                      className={`${linkClass} inline-flex min-w-0 items-center gap-1`}
                    >
                      <span className="truncate">{reference}</span>
                      <ExternalLink size={11} className="shrink-0" aria-hidden />
                    </a>
                  ) : (
                    <span className="truncate">{reference}</span>
                  )}
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </Facts>
    </div>
  );
}
