'use client';
import { type CloseReason, closeReasons } from '@tidewatch/event';
import type { ReactElement } from 'react';
import { reasonLabels } from '../../view/alert-view.ts';
import { digitChoice } from '../../view/keymap.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';

/** Reasons to close, behind a button. */
export function ReasonMenu({
  trigger,
  onReason,
}: {
  readonly trigger: ReactElement;
  readonly onReason: (reason: CloseReason) => void;
}) {
  return (
    <Menu trigger={trigger}>
      {closeReasons.map((reason) => (
        <MenuItem key={reason} onClick={() => onReason(reason)}>
          <span className="block">{reasonLabels[reason].label}</span>
          <span className="block text-xs text-faint">{reasonLabels[reason].hint}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}

/** The same, opened by the key `c`: a digit chooses. */
export function ReasonDialog({
  open,
  onOpenChange,
  what,
  onReason,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly what: string;
  readonly onReason: (reason: CloseReason) => void;
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={`Close ${what} as`} width="max-w-sm">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: catches the digits pressed on the buttons inside */}
      <div
        className="-m-2 flex flex-col"
        onKeyDown={(event) => {
          const choice = digitChoice(event.key, closeReasons.length);
          const reason = choice === undefined ? undefined : closeReasons[choice];
          if (reason !== undefined) onReason(reason);
        }}
      >
        {closeReasons.map((reason, index) => (
          <button
            key={reason}
            type="button"
            // biome-ignore lint/a11y/noAutofocus: the dialog was opened to choose; its digits need the focus inside
            autoFocus={index === 0}
            onClick={() => onReason(reason)}
            className="flex items-center gap-3 rounded-md px-3 py-1.5 text-left hover:bg-hover"
          >
            <Kbd>{index + 1}</Kbd>
            <span>
              <span className="block font-medium">{reasonLabels[reason].label}</span>
              <span className="block text-xs text-faint">{reasonLabels[reason].hint}</span>
            </span>
          </button>
        ))}
      </div>
    </Dialog>
  );
}
