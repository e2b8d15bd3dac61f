'use client';
import nextLink from 'next/link.js';
import type { ComponentProps } from 'react';

/** Next's link; the package is CommonJS, so its component is a member of what the module is. */
export const Link = nextLink.default;

/** A link among other text, high enough to be hit. */
export const TextLink = ({ className = '', ...rest }: ComponentProps<typeof Link>) => (
  <Link
    className={`inline-flex min-h-7 items-center text-accent underline decoration-accent/50 underline-offset-2 ${className}`}
    {...rest}
  />
);

/** What a row of a table is called, leading to it. */
export const RowLink = ({ className = '', ...rest }: ComponentProps<typeof Link>) => (
  <Link className={`inline-flex min-h-7 items-center hover:underline ${className}`} {...rest} />
);
