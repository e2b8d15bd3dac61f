import { useSyncExternalStore } from 'react';
import { shownZone, watchZone } from '../view/wall-clock.ts';

/** The zone that all times are shown in. @param atFirst what to go by until the page is hydrated */
export const useZone = (atFirst: () => string = shownZone): string =>
  useSyncExternalStore(watchZone, shownZone, atFirst);
