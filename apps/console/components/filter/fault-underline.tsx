'use client';
import type { Notice } from '@tidewatch/query';
import { type RefObject, useEffect, useRef } from 'react';
import { segments } from '../../view/spans.ts';

/** The places of faults, drawn below the box's own text. */
export function FaultUnderline({
  text,
  places,
  under,
}: {
  readonly text: string;
  readonly places: readonly Pick<Notice, 'start' | 'end'>[];
  readonly under: RefObject<HTMLInputElement | null>;
}) {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = under.current;
    const follow = (): void => {
      if (own.current !== null && box !== null) own.current.scrollLeft = box.scrollLeft;
    };
    follow();
    box?.addEventListener('scroll', follow);
    return () => box?.removeEventListener('scroll', follow);
  });
  const spans = places.map(({ start, end }) => [start, Math.max(end, start + 1)] as const);
  return (
    <div
      ref={own}
      aria-hidden
      data-fault
      className="pointer-events-none absolute inset-0 flex items-center overflow-hidden font-mono text-sm whitespace-pre text-transparent"
    >
      {segments(text, spans).map((part) => (
        <span
          key={part.start}
          className={part.hit ? 'underline decoration-bad decoration-wavy underline-offset-4' : ''}
        >
          {part.text}
        </span>
      ))}
    </div>
  );
}
