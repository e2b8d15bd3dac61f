import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';

/** What a row of a list is, beside the list: it scrolls under its title, and a button closes it. */
export function DetailPane({
  label,
  title,
  above,
  actions,
  below,
  onClose,
  children,
}: {
  readonly label: string;
  /** A text, or a heading of level two. */
  readonly title: ReactNode;
  /** Over the title. */
  readonly above?: ReactNode;
  readonly actions?: ReactNode;
  /** Under the title, in sight as it is. */
  readonly below?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <aside aria-label={label} className="flex min-h-0 flex-1 flex-col bg-panel">
      <header className="border-b border-line px-4 pt-2.5 pb-2">
        <div className="flex items-start gap-3">
          <div className="min-w-0 flex-1">
            {above !== undefined && <div className="mb-0.5 flex items-center gap-4 text-sm">{above}</div>}
            {typeof title === 'string' ? (
              <h2 className="text-lg font-semibold wrap-break-word">{title}</h2>
            ) : (
              title
            )}
          </div>
          {actions}
          <IconButton label="Close the detail (Esc)" onClick={onClose}>
            <X size={16} />
          </IconButton>
        </div>
        {below}
      </header>
      <div
        role="region"
        aria-label={`${label}, all of it`}
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto"
      >
        {children}
      </div>
    </aside>
  );
}
