'use client';
import { useZone } from '../../api/zone.ts';
import { offsetLabel } from '../../view/wall-clock.ts';
import { useNow } from '../ui/use-now.ts';

/** The zone all times are shown in, and how far it is ahead of UTC by now. The build machine's is not the reader's, so it appears after hydration. */
export function ZoneMark() {
  const zone = useZone(() => '');
  const now = useNow();
  return (
    <span
      className="figure px-2 text-sm text-soft"
      title={`Times are shown as in ${zone}; the menu beside changes that`}
    >
      {zone === '' ? '' : offsetLabel(now, zone)}
    </span>
  );
}
