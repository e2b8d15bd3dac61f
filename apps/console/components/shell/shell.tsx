'use client';
import { usePathname, useRouter } from 'next/navigation.js';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useConnection } from '../../api/live.ts';
import { useFollowServer } from '../../api/session.ts';
import { useZone } from '../../api/zone.ts';
import { Later } from '../ui/later.tsx';
import { SkeletonRows } from '../ui/states.tsx';
import { undoNewest } from '../ui/undo.ts';
import { endGo, startGo, useKey, usePaletteKey } from '../ui/use-key.ts';
import { AwayBanner } from './away-banner.tsx';
import { ConnectionMark } from './connection-mark.tsx';
import { Navigation, pages, usePages } from './navigation.tsx';
import { DiskBanner, Notices } from './notices.tsx';
import { ThemeMenu } from './theme-menu.tsx';
import { useLeftDecisions } from './use-left-decisions.ts';
import { useFollowZone } from './use-zone.ts';
import { UserMenu } from './user-menu.tsx';
import { ZoneMark } from './zone-mark.tsx';

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));
const KeyHelp = lazy(() => import('./key-help.tsx').then((module) => ({ default: module.KeyHelp })));

/** Pages that only links lead to. */
const unlisted = [{ path: '/entity', title: 'Host, user or address' }];

/** What surrounds every page but the login. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const pathname = usePathname();
  const router = useRouter();
  const stale = useConnection().state === 'reconnecting';
  const mine = usePages();
  useFollowServer();
  useLeftDecisions();
  const zone = useZone();
  useFollowZone();
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  useKey('g', startGo);
  useKey(
    mine.map(({ key }) => key).join(','),
    ({ key }) => {
      const page = mine.find((candidate) => candidate.key === key);
      if (page !== undefined) router.push(page.path);
      endGo();
    },
    { afterGo: true },
  );
  useKey('?', () => setHelp(true));
  useKey('z', undoNewest);
  usePaletteKey(() => setPalette(true));
  const title = [...pages, ...unlisted].find(({ path }) => path === pathname)?.title ?? 'Tidewatch';

  return (
    <div className="flex h-dvh">
      <Navigation current={pathname} onHelp={() => setHelp(true)} />
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line bg-panel pr-2 pl-4">
          <h1 className="text-lg font-semibold">{title}</h1>
          <div className="ml-auto flex items-center gap-1">
            <ConnectionMark />
            <ZoneMark />
            <ThemeMenu />
            <UserMenu />
          </div>
        </header>
        <AwayBanner />
        <DiskBanner />
        {/* What shows times is made anew for another zone; the page's state is in the URL. */}
        <main key={zone} data-stale={stale ? '' : undefined} className="flex min-h-0 flex-1 flex-col">
          <Later instead={<SkeletonRows label="Loading" />}>{children}</Later>
        </main>
        <Notices />
      </div>
      {palette && (
        <Suspense>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      )}
      {help && (
        <Suspense>
          <KeyHelp open onOpenChange={setHelp} />
        </Suspense>
      )}
    </div>
  );
}
