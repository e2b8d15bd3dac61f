'use client';
import { type ReactNode, useRef, useState } from 'react';

const narrowest = 28;
const widest = 76;

/** A list and, when there is one, a detail beside it; the border between them moves by pointer or arrow keys. */
export function SplitPane({ list, detail }: { readonly list: ReactNode; readonly detail: ReactNode | null }) {
  const [share, setShare] = useState(60);
  const frame = useRef<HTMLDivElement>(null);
  const clamp = (value: number): number => Math.min(widest, Math.max(narrowest, value));
  const follow = (clientX: number): void => {
    const box = frame.current?.getBoundingClientRect();
    if (box !== undefined && box.width > 0) setShare(clamp(((box.right - clientX) / box.width) * 100));
  };
  return (
    <div ref={frame} className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">{list}</div>
      {detail !== null && (
        <>
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
          <div className="flex min-w-0 shrink-0 flex-col" style={{ width: `${share}%` }}>
            {detail}
          </div>
        </>
      )}
    </div>
  );
}
