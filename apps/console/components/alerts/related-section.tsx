'use client';
import type { RelatedAlerts } from '@tidewatch/api/schemas';
import { useRelatedAlerts } from '../../api/alert-context.ts';
import { groupLabel } from '../../view/alert-group.ts';
import { plural } from '../../view/quantity.ts';
import { absoluteRange } from '../../view/time-range.ts';
import { visible } from '../../view/value.ts';
import { Link } from '../ui/link.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { useNow } from '../ui/use-now.ts';
import { WhenSeen } from '../ui/when-seen.tsx';
import { AlertLine, alertLineClass } from './alert-line.tsx';

/** Other alerts of the same entity and the same rule at about the same time. */
export function RelatedSection({ alert, rule }: { readonly alert: string; readonly rule: string }) {
  return (
    <Section title="Related alerts" aside="within 15 minutes">
      <WhenSeen label="Related alerts follow">
        <Related alert={alert} rule={rule} />
      </WhenSeen>
    </Section>
  );
}

function Related({ alert, rule }: { readonly alert: string; readonly rule: string }) {
  return (
    <Shown query={useRelatedAlerts(alert)} what="The related alerts">
      {({ from, to, groups }) => {
        const some = groups.filter(({ total }) => total > 0);
        const none = groups.filter(({ total }) => total === 0);
        return (
          <div className="flex flex-col gap-3 text-sm">
            {some.map((group) => (
              <Group key={group.field} group={group} range={absoluteRange(from, to)} rule={rule} />
            ))}
            {none.length > 0 && (
              <p className="text-soft">
                No other of {none.map((group) => nameOf(group, rule)).join(', nor of ')} at that time.
              </p>
            )}
          </div>
        );
      }}
    </Shown>
  );
}

type GroupOf = RelatedAlerts['groups'][number];

const nameOf = ({ field, value }: GroupOf, rule: string): string =>
  field === 'rule.id' ? `“${rule}”` : `${groupLabel(field).toLowerCase()} ${visible(value)}`;

function Group({
  group,
  range,
  rule,
}: {
  readonly group: GroupOf;
  readonly range: { readonly from: string; readonly to: string };
  readonly rule: string;
}) {
  const now = useNow();
  const { query, total, items } = group;
  const all = new URLSearchParams({ q: query, status: 'all', ...range });
  const name = nameOf(group, rule);
  return (
    <div>
      <h4 className="wrap-anywhere">
        <Link
          href={`/alerts?${all}`}
          className="inline-flex min-h-7 items-center text-accent hover:underline"
        >
          {plural(total, 'other')} of {name}
        </Link>
      </h4>
      <ul aria-label={`Newest others of ${name}`}>
        {items.map((alert) => (
          <li key={alert.id}>
            <Link href={`/alerts?${all}&id=${encodeURIComponent(alert.id)}`} className={alertLineClass}>
              <AlertLine alert={alert} now={now} />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
