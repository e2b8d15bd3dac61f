'use client';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface Secret {
  readonly title: string;
  /** What it is for, and for how long. */
  readonly says: string;
  readonly text: string;
}

/** Shows once what nobody can be shown again. */
export function SecretDialog({ secret, onClose }: { readonly secret: Secret; readonly onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={secret.title} width="max-w-2xl">
      <div className="flex flex-col gap-3">
        <p className="text-sm text-soft">{secret.says}</p>
        <CommandLine command={secret.text} />
        <div className="flex justify-end">
          <Button look="primary" onClick={onClose}>
            I have it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
