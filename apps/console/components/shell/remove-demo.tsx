'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { reloadAlerts } from '../../api/alerts.ts';
import { reloadEvents } from '../../api/events.ts';
import { removeDemo } from '../../api/session.ts';
import { plural } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { toasts } from '../ui/toasts.tsx';

/** Asks once more, then takes the demonstration away. */
export function RemoveDemo({ onDone }: { readonly onDone: () => void }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      const removed = await removeDemo();
      toasts.add({
        title: 'The demonstration is gone',
        description: `${plural(removed.events, 'event')} and ${plural(removed.alerts, 'alert')} were deleted.`,
      });
      await client.invalidateQueries({ queryKey: ['session'] });
      await Promise.all([reloadAlerts(client), reloadEvents(client)]);
    } catch (error) {
      toasts.add({
        type: 'problem',
        title: 'The demonstration is still there',
        description: (error as Error).message,
      });
    }
    onDone();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onDone()} title="Remove the demonstration?">
      <p className="text-soft">
        Its events and alerts are deleted, and it stops playing. Your own events stay. This cannot be undone.
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onDone}>Keep it</Button>
        <Button look="danger" disabled={busy} onClick={() => void remove()}>
          {busy ? 'Removing…' : 'Remove it'}
        </Button>
      </div>
    </Dialog>
  );
}
