'use client';
import { type ReactNode, useDeferredValue } from 'react';

/**
 * What need not be there at once: drawn after what surrounds it, in slices between which the page hears keys. Only its
 * first drawing waits.
 */
export const Later = ({
  instead = null,
  children,
}: {
  /** Stands there until then, also in what is prerendered. */
  readonly instead?: ReactNode;
  readonly children: ReactNode;
}): ReactNode => (useDeferredValue(true, false) ? children : instead);
