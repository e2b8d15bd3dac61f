import type { DetectorRow } from '@tidewatch/api/schemas';
import { bytesOf, type Definition, knownBytes, saysOf, type WatchState } from '@tidewatch/scorer/detectors';
import type { DetectorFile } from './detector_files.ts';

const mebi = 2 ** 20;

/** A detector as lists show it. */
export function describe(
  { definition, file, own, off }: DetectorFile,
  state: WatchState | undefined,
): DetectorRow {
  const { id, title, level, filter, by, features, interval, forest, alert } = definition;
  const shown = state && {
    ...{ events: state.events, newest: state.newest, late: state.late, leftOut: state.leftOut },
    ...{ known: state.known, active: state.active, graded: state.graded },
    ...{ results: state.results, alerts: state.alerts, lastResult: state.lastResult },
  };
  return {
    ...{ id, title, level, filter, by: [...by], features: features.map(({ name }) => name), interval },
    ...{ target: forest.target, grade: alert.grade, file, own, memory: memoryOf(definition) },
    runs: off === undefined,
    says:
      off === undefined
        ? state === undefined
          ? 'It is being started.'
          : saysOf(definition, state, Date.now())
        : `Switched off: ${off}.`,
    ...(shown && { state: shown }),
  };
}

/** What a detector's forests take, and on disk what it knows beside them. */
export function memoryOf(definition: Definition): DetectorRow['memory'] {
  const bytes = bytesOf(definition);
  const { max_entities: most, features } = definition;
  const known = knownBytes * features.filter(({ aggregate }) => aggregate === 'new').length;
  return {
    bytesEach: bytes,
    says: `${Math.round(bytes / 1_024)} KiB for each entity: up to ${Math.round(((bytes + known) * most) / mebi)} MiB on disk for ${most}.`,
  };
}
