import type { ReactNode } from 'react';

/** A titled part of a detail; laid out once it is in sight or near. */
export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <section className="[contain-intrinsic-size:auto_12rem] [content-visibility:auto]">
      <div className="mb-2 flex items-baseline gap-3 border-b border-line pb-1">
        <h3 className="text-base font-semibold">{title}</h3>
        {aside !== undefined && <span className="figure text-xs text-faint">{aside}</span>}
      </div>
      {children}
    </section>
  );
}
