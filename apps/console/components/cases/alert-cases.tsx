'use client';
import { useFoundCases } from '../../api/cases.ts';
import { caseStatusLabels } from '../../view/case.ts';
import { LevelMark } from '../ui/level-mark.tsx';
import { Link } from '../ui/link.tsx';
import { Section } from '../ui/section.tsx';

/** Which cases an alert is in; nothing where it is in none. */
export function AlertCases({ alert }: { readonly alert: string }) {
  const { data } = useFoundCases('', { alert });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Section title="Cases">
      <ul className="flex flex-col gap-1">
        {data.items.map(({ id, title, severity, status, owner }) => (
          <li key={id}>
            <Link
              href={`/cases?id=${encodeURIComponent(id)}`}
              className="flex min-h-7 items-center gap-3 rounded px-1 text-sm hover:bg-hover"
            >
              <LevelMark level={severity} word={false} />
              <span className="min-w-0 flex-1 truncate">{title}</span>
              <span className="text-xs text-soft">
                {caseStatusLabels[status]} · {owner ?? 'nobody'}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
