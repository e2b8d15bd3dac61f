'use client';
import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { buttonClass, IconButton } from './button.tsx';

export const manager = Toast.createToastManager();

function Stack() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="group pointer-events-auto max-w-2xl min-w-0 rounded-md border border-line-strong bg-raised data-limited:hidden data-[type=problem]:border-bad"
    >
      <Toast.Content className="flex items-start gap-1 pl-3">
        {/* What does not fit on the line unfolds under the pointer, and while the keyboard is in it. */}
        <div className="min-w-0 flex-1 truncate py-[3px] text-sm group-focus-within:whitespace-normal group-hover:whitespace-normal">
          <Toast.Title render={<span />} className="font-medium" />{' '}
          <Toast.Description render={<span />} className="text-soft" />
        </div>
        <Toast.Action className={buttonClass('quiet', 'font-medium text-accent')} />
        <Toast.Close
          render={
            <IconButton label="Dismiss">
              <X size={14} />
            </IconButton>
          }
        />
      </Toast.Content>
    </Toast.Root>
  ));
}

function Ready({ onMounted }: { readonly onMounted: () => void }) {
  useEffect(onMounted, [onMounted]);
  return null;
}

/**
 * Shows the newest two toasts on the free part of the page's head, where they cover nothing that is worked with; where the
 * page is too narrow for that, at its foot. `onMounted` is called when it hears what is added.
 */
export function Toaster({ onMounted }: { readonly onMounted: () => void }) {
  return (
    <>
      <Toast.Provider toastManager={manager} limit={2}>
        <Toast.Portal>
          <Toast.Viewport className="pointer-events-none fixed right-2 bottom-10 left-18 z-50 flex items-start gap-2 outline-none max-md:flex-col-reverse md:top-0 md:right-64 md:bottom-auto md:left-68 md:pt-1">
            <Stack />
          </Toast.Viewport>
        </Toast.Portal>
      </Toast.Provider>
      {/* After the provider, whose effect subscribes. */}
      <Ready onMounted={onMounted} />
    </>
  );
}
