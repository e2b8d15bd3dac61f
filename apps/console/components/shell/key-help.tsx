'use client';
import { keyGroups } from '../../view/keymap.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { usePages } from './navigation.tsx';

export function KeyHelp({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  const goTo = usePages().map(({ key, title }) => ({ keys: ['g', key], does: title }));
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys" width="max-w-3xl">
      {/* Whoever has no mouse scrolls it, too. */}
      <section className="gap-x-8 sm:columns-3" tabIndex={0} aria-label="All keys">
        {[...keyGroups, { title: 'Go to', keys: goTo }].map((group) => (
          <section key={group.title} className="mb-4 break-inside-avoid">
            <h3 className="mb-2 text-sm font-semibold">{group.title}</h3>
            <dl className="flex flex-col gap-1.5">
              {group.keys.map(({ keys, does }) => (
                <div key={does} className="flex items-center justify-between gap-3 text-sm">
                  <dt className="text-soft">{does}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </section>
    </Dialog>
  );
}
