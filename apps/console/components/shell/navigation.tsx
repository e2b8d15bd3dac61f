import {
  Activity,
  BrainCircuit,
  BriefcaseBusiness,
  ChartSpline,
  FileClock,
  Fingerprint,
  Keyboard,
  KeyRound,
  MailX,
  Radar,
  Rows3,
  Scale,
  ScrollText,
  ShieldAlert,
  UsersRound,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMay } from '../../api/session.ts';
import type { Duty } from '../../view/role.ts';
import { Link } from '../ui/link.tsx';

interface PageEntry {
  readonly path: string;
  readonly title: string;
  /** Where the title is too wide for the bar. */
  readonly short?: string;
  /** After `g`. */
  readonly key: string;
  readonly icon: typeof Activity;
  /** What whoever opens it may do; everybody may where nothing is named. */
  readonly duty?: Duty;
}

export const pages: readonly PageEntry[] = [
  { path: '/alerts', title: 'Alerts', key: 'a', icon: ShieldAlert },
  { path: '/cases', title: 'Cases', key: 'i', icon: BriefcaseBusiness, duty: 'triage' },
  { path: '/events', title: 'Events', key: 'e', icon: Rows3 },
  { path: '/dead-letters', title: 'Dead letters', short: 'Letters', key: 'd', icon: MailX, duty: 'triage' },
  { path: '/rules', title: 'Rules', key: 'r', icon: ScrollText },
  { path: '/anomalies', title: 'Anomalies', short: 'Anomaly', key: 'o', icon: Radar },
  { path: '/models', title: 'Models', key: 'm', icon: BrainCircuit },
  { path: '/forecasts', title: 'Forecasts', short: 'Forecast', key: 'f', icon: ChartSpline },
  { path: '/health', title: 'Health', key: 'h', icon: Activity },
  { path: '/use-cases', title: 'Use-cases', short: 'Uses', key: 'c', icon: Scale },
  { path: '/privacy', title: 'Privacy', key: 'p', icon: Fingerprint },
  { path: '/admin/users', title: 'Users', key: 'u', icon: UsersRound, duty: 'administer' },
  { path: '/admin/keys', title: 'API keys', key: 'k', icon: KeyRound, duty: 'engineer' },
  { path: '/audit', title: 'Audit', key: 't', icon: FileClock, duty: 'audit' },
];

/** The pages that who looks may open. */
export function usePages(): readonly PageEntry[] {
  const { may } = useMay();
  return pages.filter(({ duty }) => duty === undefined || may(duty));
}

const itemClass =
  'flex w-14 flex-col items-center gap-0.5 rounded-lg py-2 [@media(max-height:880px)]:py-0.5 text-xs text-soft transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:text-accent';

export function Navigation({ current, onHelp }: { readonly current: string; readonly onHelp: () => void }) {
  const mine = usePages();
  const settled = useSettled();
  return (
    <nav
      aria-label="Pages"
      className="flex w-16 shrink-0 flex-col items-center gap-1 overflow-y-auto [@media(max-height:880px)]:gap-0 border-r border-line bg-panel px-1.5 pb-2"
    >
      <Link href="/alerts" aria-label="Tidewatch, to the alerts" className="flex h-11 items-center">
        <Logo />
      </Link>
      {mine.map(({ path, title, short = title, key, icon: Icon }) => (
        <Link
          key={path}
          href={path}
          prefetch={settled ? null : false}
          aria-current={current === path ? 'page' : undefined}
          title={`${title} (g ${key})`}
          className={itemClass}
        >
          <Icon size={18} strokeWidth={1.75} aria-hidden />
          {short}
        </Link>
      ))}
      <button type="button" onClick={onHelp} className={`${itemClass} mt-auto`} title="Keyboard help (?)">
        <Keyboard size={18} strokeWidth={1.75} aria-hidden />
        Keys
      </button>
    </nav>
  );
}

/** The page that was asked for stands: what others need may be fetched beforehand. */
function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), 3_000);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}

export function Logo({ size = 26 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden className="text-accent">
      <path
        d="M3 19c3.4 0 3.4-4.4 6.8-4.4s3.4 4.4 6.8 4.4 3.4-4.4 6.8-4.4c2.4 0 3.1 2 5.6 3.2"
        stroke="currentColor"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <path
        d="M3 26c3.4 0 3.4-4.4 6.8-4.4s3.4 4.4 6.8 4.4 3.4-4.4 6.8-4.4c2.4 0 3.1 2 5.6 3.2"
        stroke="currentColor"
        strokeOpacity="0.45"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <circle cx="22.5" cy="8" r="3.4" className="fill-high" />
    </svg>
  );
}
