'use client';
import type { Health } from '@tidewatch/api/schemas';
import { useHealth } from '../../api/system.ts';
import { duration } from '../../view/moment.ts';
import { bytes, compact, count } from '../../view/quantity.ts';
import { ExceptionSection } from '../exceptions/exception-section.tsx';
import { useTableKeys } from '../grid/use-table-keys.ts';
import { Link } from '../ui/link.tsx';
import { Shown } from '../ui/shown.tsx';
import { useNow } from '../ui/use-now.ts';
import { DeadLetters } from './dead-letters.tsx';
import { DiskSection } from './disk-section.tsx';
import { FlowSections } from './flow-sections.tsx';
import { RoleSections } from './role-sections.tsx';
import { StoreSection } from './store-section.tsx';

const sections = [
  ['roles', 'Roles'],
  ['sources', 'Sources'],
  ['streams', 'Streams'],
  ['exceptions', 'Exceptions'],
  ['dead-letters', 'Dead letters'],
  ['disk', 'Disk'],
  ['store', 'Store and retention'],
] as const;

export function HealthPage() {
  const query = useHealth();
  const now = useNow(5_000);
  const page = useTableKeys(query.refetch);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Shown query={query} what="The health" rows={12}>
        {(data) => (
          <>
            <nav
              aria-label="Sections"
              className="flex h-10 shrink-0 items-center gap-1 overflow-x-auto border-b border-line bg-bg px-3 text-sm"
            >
              {sections.map(([id, title]) => (
                <a
                  key={id}
                  href={`#${id}`}
                  className="flex h-7 items-center rounded-md px-2.5 whitespace-nowrap text-soft hover:bg-hover hover:text-ink"
                >
                  {title}
                </a>
              ))}
            </nav>
            <div
              ref={page}
              className="min-h-0 flex-1 overflow-y-auto"
              tabIndex={0}
              role="region"
              aria-label="Health"
            >
              <div className="mx-auto flex max-w-7xl flex-col gap-6 p-4">
                <Summary health={data} now={now} />
                <RoleSections health={data} now={now} />
                <FlowSections health={data} now={now} />
                <ExceptionSection now={now} />
                <DeadLetters summary={data.deadLetters} />
                <DiskSection />
                <StoreSection store={data.store} />
              </div>
            </div>
          </>
        )}
      </Shown>
    </div>
  );
}

interface Figure {
  readonly label: string;
  readonly value: string;
  readonly bad: boolean;
  readonly href?: string;
}

/** Whether everything is well, in one row. */
function Summary({ health, now }: { readonly health: Health; readonly now: number }) {
  const lag = Math.max(0, ...health.streams.flatMap(({ groups }) => groups.map(({ seconds }) => seconds)));
  const perMinute = health.sources.reduce((sum, source) => sum + source.perMinute, 0);
  const figures: readonly Figure[] = [
    { label: 'Events a minute', value: compact(Math.round(perMinute)), bad: false },
    { label: 'Longest lag', value: duration(lag * 1_000), bad: lag > 60 },
    { label: 'Rules loaded', value: count(health.rules.loaded), bad: false, href: '/rules' },
    {
      label: 'Rules rejected',
      value: count(health.rules.rejected),
      bad: health.rules.rejected > 0,
      href: '/rules?view=rejected',
    },
    ...(health.rules.quarantined > 0
      ? [
          {
            label: 'Rules in quarantine',
            value: count(health.rules.quarantined),
            bad: true,
            href: '/rules?view=quarantined',
          },
        ]
      : []),
    { label: 'Dead letters', value: count(health.deadLetters.total), bad: health.deadLetters.total > 0 },
    { label: 'Events stored', value: compact(health.store.events), bad: false },
    { label: 'On disk', value: bytes(health.store.bytes), bad: false },
    { label: 'Running for', value: duration(Math.max(0, now - Date.parse(health.startedAt))), bad: false },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4 xl:grid-cols-8">
      {figures.map(({ label, value, bad, href }) => (
        <div key={label} className="flex flex-col-reverse bg-panel px-4 py-2.5">
          <dt className="flex min-h-6 items-center text-xs text-soft">
            {href === undefined ? (
              label
            ) : (
              <Link
                href={href}
                className="inline-flex min-h-6 items-center underline decoration-line-strong underline-offset-2 hover:text-ink"
              >
                {label}
              </Link>
            )}
          </dt>
          <dd className={`figure text-lg font-semibold whitespace-nowrap ${bad ? 'text-warn' : ''}`}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
