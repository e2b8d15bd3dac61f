'use client';
import type { Toast } from '@base-ui/react/toast';
import { type ComponentType, createElement, useSyncExternalStore } from 'react';

type Manager = ReturnType<typeof Toast.createToastManager>;
export type ToastOptions = Parameters<Manager['add']>[0];

const watchers = new Set<() => void>();
let toaster: ComponentType<{ readonly onMounted: () => void }> | undefined;
let mounted = (): void => undefined;
const ready = new Promise<void>((resolve) => {
  mounted = resolve;
});

async function load(): Promise<Manager> {
  const module = await import('./toaster.tsx');
  toaster = module.Toaster;
  for (const watcher of watchers) watcher();
  await ready;
  return module.manager;
}

// Fails only if the server left before it was preloaded, which the connection's mark already says.
const withManager = (use: (manager: Manager) => void): void => void load().then(use, () => undefined);

/** Messages from anywhere; one with an `id` can be closed again. */
export const toasts = {
  add: (options: ToastOptions): void => withManager((manager) => manager.add(options)),
  close: (id: string): void => withManager((manager) => manager.close(id)),
  /** Fetches what shows toasts, so that one can still appear when the server is gone. */
  preload: (): void => withManager(() => undefined),
};

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** Where toasts appear; once in the page. Costs nothing until the first one. */
export function ToastPlace() {
  const shown = useSyncExternalStore(
    watch,
    () => toaster,
    () => undefined,
  );
  return shown === undefined ? null : createElement(shown, { onMounted: mounted });
}
