import type { ReactNode } from 'react';

/** Names and what they are, in two columns. */
export const Facts = ({ children }: { readonly children: ReactNode }) => (
  <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4">{children}</dl>
);

export const Fact = ({
  name,
  code = false,
  children,
}: {
  readonly name: string;
  /** What it is came from outside, letter by letter. */
  readonly code?: boolean;
  readonly children: ReactNode;
}) => (
  <>
    <dt className="leading-7 text-soft">{name}</dt>
    <dd className={`min-w-0 leading-7 ${code ? 'font-mono text-xs break-all' : ''}`}>{children}</dd>
  </>
);
