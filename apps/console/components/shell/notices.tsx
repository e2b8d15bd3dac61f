'use client';
import { FlaskConical, HardDrive, KeyRound, Scale } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useMay, useSession } from '../../api/session.ts';
import { useDisk } from '../../api/system.ts';

/** Stores that have no room left, above everything. */
export function DiskBanner() {
  const { data: disk } = useDisk();
  const full = disk?.stores.filter(({ standing }) => standing === 'high' || standing === 'full') ?? [];
  if (full.length === 0) return null;
  return (
    <div
      role="alert"
      className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-6 gap-y-1 border-b border-line bg-raised px-4 py-0.5 text-sm"
    >
      {full.map(({ store, place, says, advice }) => (
        <p key={`${store} ${place}`} className="flex min-w-0 items-center gap-2 text-ink">
          <HardDrive size={13} className="shrink-0 text-bad" aria-hidden />
          <span>
            {says} {advice}
          </span>
        </p>
      ))}
    </div>
  );
}

/** What is special about this installation, at the foot, where it moves nothing: the evaluation mode, the demonstration. */
export function Notices() {
  const { data: session } = useSession();
  const evaluation = session?.governance === 'evaluation';
  const linkOnly = session?.method === 'link' && !session.hasPassword;
  if (session === undefined || !(evaluation || session.demo || linkOnly)) return null;
  return (
    <div
      role="region"
      aria-label="Notices"
      className="flex min-h-8 shrink-0 items-center gap-x-6 border-t border-line bg-raised px-4 py-0.5 text-sm text-soft"
    >
      {linkOnly && (
        <Notice icon={KeyRound} says="You came by a one-time link: set a password in the menu above." />
      )}
      {session.demo && <DemoNotice />}
      {evaluation && (
        <Notice icon={Scale} says="Evaluation: sources without an approved use-case are kept for 7 days." />
      )}
    </div>
  );
}

/** On one line with the others; what does not fit is in its tooltip. */
const Notice = ({ icon: Icon, says }: { readonly icon: typeof Scale; readonly says: string }) => (
  <p className="flex min-w-0 items-center gap-2" title={says}>
    <Icon size={13} className="shrink-0 text-faint" aria-hidden />
    <span className="truncate">{says}</span>
  </p>
);

const RemoveDemo = lazy(() => import('./remove-demo.tsx').then((module) => ({ default: module.RemoveDemo })));

function DemoNotice() {
  const { may } = useMay();
  const [asking, setAsking] = useState(false);
  return (
    <div className="flex min-w-0 items-center gap-2">
      <FlaskConical size={13} className="shrink-0 text-accent" aria-hidden />
      <span className="truncate">A demonstration: made-up logs, detected for real.</span>
      {may('administer') && (
        <button
          type="button"
          onClick={() => setAsking(true)}
          className="h-7 shrink-0 rounded px-1 font-medium text-accent underline underline-offset-2 hover:no-underline"
        >
          Remove it
        </button>
      )}
      {asking && (
        <Suspense>
          <RemoveDemo onDone={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  );
}
