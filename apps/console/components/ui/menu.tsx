'use client';
import { Menu as Base } from '@base-ui/react/menu';
import { ChevronRight } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

const popupClass = 'min-w-44 rounded-lg border border-line bg-panel p-1 shadow-pop outline-none';

export function Menu({
  trigger,
  children,
  align = 'start',
}: {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} className="z-50 outline-none">
          <Base.Popup className={popupClass}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** An open menu beside an element, `indent` pixels in, made when it is asked for. */
export function MenuAt({
  anchor,
  indent = 0,
  onClose,
  children,
}: {
  readonly anchor: Element;
  readonly indent?: number;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Positioner
          anchor={anchor}
          align="start"
          alignOffset={indent}
          sideOffset={4}
          className="z-50 outline-none"
        >
          <Base.Popup className={popupClass}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** An item that opens a menu of its own. */
export function SubMenu({ label, children }: { readonly label: ReactNode; readonly children: ReactNode }) {
  return (
    <Base.SubmenuRoot>
      <Base.SubmenuTrigger className={`${itemClass} data-popup-open:bg-hover`}>
        <span className="min-w-0 flex-1">{label}</span>
        <ChevronRight size={12} className="text-faint" aria-hidden />
      </Base.SubmenuTrigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignOffset={-4} className="z-50 outline-none">
          <Base.Popup className={popupClass}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  );
}

const itemClass =
  'flex min-h-7 cursor-default items-center gap-2 rounded px-2 py-1 text-sm text-ink outline-none select-none data-highlighted:bg-hover data-disabled:opacity-45';

export function MenuItem({
  icon,
  children,
  onClick,
  end,
  disabled = false,
}: {
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly onClick: () => void;
  readonly end?: ReactNode;
  readonly disabled?: boolean;
}) {
  return (
    <Base.Item className={itemClass} onClick={onClick} disabled={disabled}>
      {icon !== undefined && <span className="text-faint">{icon}</span>}
      <span className="min-w-0 flex-1">{children}</span>
      {end}
    </Base.Item>
  );
}

export function MenuTitle({ children }: { readonly children: ReactNode }) {
  return (
    <Base.Group>
      <Base.GroupLabel className="max-w-72 truncate px-2 py-1 text-xs text-faint">{children}</Base.GroupLabel>
    </Base.Group>
  );
}

export const MenuLine = () => <Base.Separator className="my-1 h-px bg-line" />;

export function MenuChoices<T extends string>({
  value,
  onChange,
  choices,
}: {
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly choices: readonly { readonly value: T; readonly label: string; readonly icon?: ReactNode }[];
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={onChange}>
      {choices.map((choice) => (
        <Base.RadioItem key={choice.value} value={choice.value} className={itemClass}>
          {choice.icon !== undefined && <span className="text-faint">{choice.icon}</span>}
          <span className="flex-1">{choice.label}</span>
          <Base.RadioItemIndicator className="size-1.5 rounded-full bg-accent" />
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}
