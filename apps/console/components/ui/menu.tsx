'use client';
import type { Menu as BaseMenu } from '@base-ui/react/menu';
import { ChevronRight } from 'lucide-react';
import {
  cloneElement,
  type HTMLAttributes,
  type ReactElement,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react';
import { toasts } from './toasts.tsx';

/** There once a menu was about to open: no page needs one to be seen. What stands in a menu is drawn later still. */
let Base: typeof BaseMenu;

/** Fetches what menus are made of. @throws where the server is away */
async function load(): Promise<void> {
  ({ Menu: Base } = await import('@base-ui/react/menu'));
}

/** So that the first menu opens at once; one that is asked for tries again. */
export const loadMenus = (): void => void load().catch(() => undefined);

const popupClass = 'min-w-44 rounded-lg border border-line bg-panel p-1 shadow-pop outline-none';

/** An open menu beside an element. */
export function MenuAt({
  anchor,
  align = 'start',
  indent = 0,
  byKey = true,
  onClose,
  children,
}: {
  readonly anchor: Element;
  readonly align?: 'start' | 'end';
  /** Pixels between the anchor's side and its own. */
  readonly indent?: number;
  /** A key asked for it, so that the next key finds its first item. */
  readonly byKey?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const [loaded, setLoaded] = useState(Base !== undefined);
  const popup = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!loaded)
      load().then(
        () => setLoaded(true),
        () => {
          toasts.add({ title: 'The menu could not be loaded. Try again once the server is back.' });
          onClose();
        },
      );
  }, [loaded, onClose]);
  if (!loaded) return null;
  const first = () => popup.current?.querySelector<HTMLElement>('[role^="menuitem"]') ?? null;
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Positioner
          anchor={anchor}
          align={align}
          alignOffset={indent}
          sideOffset={4}
          className="z-50 outline-none"
        >
          <Base.Popup ref={popup} className={popupClass} {...(byKey && { initialFocus: first })}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** A button that opens a menu. A page may have hundreds, so that a menu is made only once it is asked for. */
export function Menu({
  trigger,
  children,
  align = 'start',
}: {
  readonly trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
}) {
  // With what it was opened for: the row that it stands in may become another.
  const [opened, setOpened] = useState<{
    readonly anchor: Element;
    readonly byKey: boolean;
    readonly children: ReactNode;
  }>();
  return (
    <>
      {cloneElement(trigger, {
        'aria-haspopup': 'menu',
        'aria-expanded': opened !== undefined,
        onPointerEnter: loadMenus,
        // A key's click has no place.
        onClick: ({ currentTarget, detail }) =>
          setOpened({ anchor: currentTarget, byKey: detail === 0, children }),
        onKeyDown: (event) => {
          trigger.props.onKeyDown?.(event);
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setOpened({ anchor: event.currentTarget, byKey: true, children });
        },
      })}
      {opened !== undefined && <MenuAt {...opened} align={align} onClose={() => setOpened(undefined)} />}
    </>
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
