'use client';
import type { Toast } from '@base-ui/react/toast';
import { lazy, Suspense, useSyncExternalStore } from 'react';

type Manager = ReturnType<typeof Toast.createToastManager>;
export type ToastOptions = Parameters<Manager['add']>[0];

// What shows toasts is fetched with the first one: a page that says nothing needs none of it.
const loadToaster = () => import('./toaster.tsx');
const Toaster = lazy(() => loadToaster().then((module) => ({ default: module.Toaster })));

let wanted = false;
const watchers = new Set<() => void>();
let mounted = (): void => undefined;
const ready = new Promise<void>((resolve) => {
  mounted = resolve;
});

async function manager(): Promise<Manager> {
  wanted = true;
  for (const watcher of watchers) watcher();
  const [module] = await Promise.all([loadToaster(), ready]);
  return module.manager;
}

/** Messages from anywhere; one with an `id` can be closed again. */
export const toasts = {
  add: (options: ToastOptions): void => void manager().then((all) => all.add(options)),
  close: (id: string): void => void manager().then((all) => all.close(id)),
};

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** Where toasts appear; once in the page. */
export function ToastPlace() {
  const shown = useSyncExternalStore(
    watch,
    () => wanted,
    () => false,
  );
  return shown ? (
    <Suspense>
      <Toaster onMounted={mounted} />
    </Suspense>
  ) : null;
}
