'use client';
import { useSyncExternalStore } from 'react';
import { offsetLabel } from '../../view/moment.ts';

const never = () => () => undefined;

/** The zone all times are shown in. The build machine's zone is not the reader's, so it appears after hydration. */
export function ZoneMark() {
  const offset = useSyncExternalStore(
    never,
    () => offsetLabel(new Date().getTimezoneOffset()),
    () => '',
  );
  const zone = useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => '',
  );
  return (
    <span className="figure px-2 text-sm text-soft" title={`Times are shown in your zone, ${zone}`}>
      {offset}
    </span>
  );
}
