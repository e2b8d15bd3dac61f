'use client';
import { type ReactNode, useDeferredValue, useRef, useState } from 'react';

const narrowest = 28;
const widest = 76;

/**
 * A list and, when there is one, a detail beside it; the border between them moves by pointer or arrow keys. The detail
 * comes and goes at once, over the list, which is drawn for its new width after that, in slices between which the page
 * hears keys: what a list shows beside a detail hangs on `useDeferredValue` of it, too.
 */
export function SplitPane({ list, detail }: { readonly list: ReactNode; readonly detail: ReactNode | null }) {
  const [share, setShare] = useState(60);
  const beside = useDeferredValue(detail !== null);
  const frame = useRef<HTMLDivElement>(null);
  const clamp = (value: number): number => Math.min(widest, Math.max(narrowest, value));
  const follow = (clientX: number): void => {
    const box = frame.current?.getBoundingClientRect();
    if (box !== undefined && box.width > 0) setShare(clamp(((box.right - clientX) / box.width) * 100));
  };
  const width = `${share}%`;
  return (
    <div ref={frame} className="relative flex min-h-0 flex-1">
      <div
        className="isolate flex min-w-0 flex-1 flex-col"
        style={beside ? { marginRight: width } : undefined}
      >
        {list}
      </div>
      {detail !== null && (
        <div className="absolute inset-y-0 right-0 flex contain-strict max-md:w-full!" style={{ width }}>
          <div
            role="separator"
            tabIndex={0}
            aria-orientation="vertical"
            aria-label="Width of the detail"
            aria-valuenow={Math.round(share)}
            aria-valuemin={narrowest}
            aria-valuemax={widest}
            className="group w-1.5 shrink-0 cursor-col-resize touch-none border-l border-line bg-bg hover:bg-accent focus-visible:bg-accent"
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={(event) => {
              if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event.clientX);
            }}
            onKeyDown={(event) => {
              if (event.key === 'ArrowLeft') setShare((now) => clamp(now + 4));
              if (event.key === 'ArrowRight') setShare((now) => clamp(now - 4));
            }}
          />
          <div className="flex min-w-0 flex-1 flex-col">{detail}</div>
        </div>
      )}
    </div>
  );
}
