'use client';
import { Bookmark, Settings2, Star, UsersRound } from 'lucide-react';
import { useRouter } from 'next/navigation.js';
import { lazy, Suspense, useState } from 'react';
import { useViews, type ViewPage } from '../../api/views.ts';
import { Button } from '../ui/button.tsx';
import { Menu, MenuItem, MenuLine, MenuTitle } from '../ui/menu.tsx';
import { useDefaultView } from './use-default-view.ts';

const ViewsDialog = lazy(() =>
  import('./views-dialog.tsx').then((module) => ({ default: module.ViewsDialog })),
);

/** Saved states of a page: pick one, or keep what is shown now. */
export function ViewsMenu({ page }: { readonly page: ViewPage }) {
  const router = useRouter();
  const [managing, setManaging] = useState(false);
  useDefaultView(page);
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button className="h-8">
            <Bookmark size={13} aria-hidden /> Views
          </Button>
        }
      >
        <ViewItems page={page} onPick={(state) => router.push(`/${page}?${state}`)} />
        <MenuLine />
        <MenuItem icon={<Settings2 size={14} />} onClick={() => setManaging(true)}>
          Save or change views…
        </MenuItem>
      </Menu>
      {managing && (
        <Suspense>
          <ViewsDialog page={page} onClose={() => setManaging(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Mounted with the menu, so that views are read when somebody wants them. */
function ViewItems({ page, onPick }: { readonly page: ViewPage; readonly onPick: (state: string) => void }) {
  const { data, error } = useViews();
  const views = data?.views.filter((view) => view.page === page) ?? [];
  if (error !== null) return <MenuTitle>{error.message}</MenuTitle>;
  if (views.length === 0)
    return <MenuTitle>{data === undefined ? 'Loading…' : 'No view is saved yet'}</MenuTitle>;
  return views.map(({ id, name, state, isDefault, shared, owner }) => (
    <MenuItem
      key={id}
      icon={isDefault ? <Star size={14} aria-label="Opens with the page" /> : <Bookmark size={14} />}
      onClick={() => onPick(state)}
      end={shared && <UsersRound size={13} className="text-faint" aria-label={`Shared by ${owner}`} />}
    >
      {name}
    </MenuItem>
  ));
}
