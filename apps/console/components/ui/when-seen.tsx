'use client';
import { type ReactNode, useEffect, useRef, useState } from 'react';

/** Who goes from one to the next does not look at all of it, milliseconds. */
const restMs = 250;

/** Mounts its children once their place has been in sight for a moment: for what costs the server more than a look. */
export function WhenSeen({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || place.current === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver(([entry]) => {
      clearTimeout(timer);
      if (entry?.isIntersecting) timer = setTimeout(() => setSeen(true), restMs);
    });
    observer.observe(place.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [seen]);
  return seen ? children : <div ref={place} className="skeleton h-24" role="status" aria-label={label} />;
}
