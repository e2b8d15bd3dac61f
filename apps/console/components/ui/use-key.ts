'use client';
import { useLayoutEffect } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';

/** Until when a `g` waits for its page's letter, epoch milliseconds. */
let prefixUntil = 0;

export const startGo = (): void => {
  prefixUntil = Date.now() + 1_200;
};
export const isGoing = (): boolean => Date.now() < prefixUntil;
// After the key's other listeners have seen that it belonged to the `g`.
export const endGo = (): void => void setTimeout(() => (prefixUntil = 0));

const typing =
  'input:not([type="checkbox"],[type="radio"]),textarea,select,[contenteditable]:not([contenteditable="false"])';
const popups = '[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]';

/** Dialogs that are open. What is behind one hears no key, also before the focus is in it. */
let dialogs = 0;

/** Once in each dialog. */
export function useQuietBehind(open: boolean): void {
  useLayoutEffect(() => {
    if (!open) return;
    dialogs++;
    return () => void dialogs--;
  }, [open]);
}

/** Ctrl or Meta with k, which also works while typing, but not while a dialog is open. */
export const usePaletteKey = (open: () => void): void =>
  void useHotkeys('mod+k', open, {
    useKey: true,
    preventDefault: true,
    enableOnFormTags: true,
    ignoreEventWhen: () => dialogs > 0,
  });

/**
 * Binds a key by the character it makes, so that layouts other than QWERTY work. Quiet while typing, within menus
 * and dialogs unless it belongs to one (`inDialog`), with Ctrl, Alt or Meta held, and for the letter after `g` unless
 * `afterGo`. It acts from when it is shown, wherever the focus is: whoever types fast is ahead of it.
 */
export function useKey(
  key: string,
  handler: (event: KeyboardEvent) => void,
  options: { readonly afterGo?: boolean; readonly enabled?: boolean; readonly inDialog?: boolean } = {},
): void {
  useHotkeys(key, handler, {
    useKey: true,
    ignoreModifiers: true,
    preventDefault: true,
    enabled: options.enabled ?? true,
    // Boxes that are ticked take no letters, so that keys go on to work after a row was selected by its box.
    enableOnFormTags: true,
    ignoreEventWhen: (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return true;
      if (isGoing() !== (options.afterGo ?? false)) return true;
      if (dialogs > 0 && !options.inDialog) return true;
      const target = event.target as Element | null;
      if (target?.closest?.(options.inDialog ? typing : `${popups},${typing}`) != null) return true;
      return event.key === 'Enter' && target?.closest?.('button,a,summary') != null;
    },
  });
}
