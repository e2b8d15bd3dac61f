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
      className="rounded-lg border border-line bg-panel shadow-pop outline-none data-[type=problem]:border-bad"
    >
      <Toast.Content className="flex items-center gap-3 py-2 pr-2 pl-3.5">
        <div className="min-w-0 flex-1">
          <Toast.Title className="text-sm font-medium" />
          <Toast.Description className="text-sm text-soft" />
        </div>
        <Toast.Action className={buttonClass('plain', 'text-accent')} />
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

/** Shows the toasts; `onMounted` is called when it hears what is added. */
export function Toaster({ onMounted }: { readonly onMounted: () => void }) {
  return (
    <>
      <Toast.Provider toastManager={manager} limit={4}>
        <Toast.Portal>
          <Toast.Viewport className="fixed bottom-4 left-20 z-50 flex w-96 max-w-[calc(100vw-96px)] flex-col gap-2 outline-none">
            <Stack />
          </Toast.Viewport>
        </Toast.Portal>
      </Toast.Provider>
      {/* After the provider, whose effect subscribes. */}
      <Ready onMounted={onMounted} />
    </>
  );
}
