import type { DetectorDesk } from './detector_desk.ts';
import type { DetectorRow, DetectorRun, NormalRow } from './schemas/detectors.ts';

const row: DetectorRow = {
  ...{ id: 'logons', title: 'Many log-ons', level: 'medium', filter: 'event.category: authentication' },
  ...{ by: ['user.name'], features: ['logons'], interval: 600_000, file: 'detectors/logons.yml' },
  ...{ target: 0.001, grade: 0.3, own: true, runs: true, says: 'No event has matched its filter yet.' },
  memory: { bytesEach: 94_000, says: '92 KiB for each entity.' },
};

const normal: NormalRow = {
  ...{ id: '7d0f3c0a-55d1-4d3f-9a5c-0d9b8b6f2a11', entity: ['alice'], reason: 'a nightly job' },
  ...{ author: 'analyst', created: 0, features: [{ feature: 'logons', direction: 'above', absolute: 5 }] },
};
const effect = {
  ...{ intervals: 0, hiddenIntervals: 0, alerts: 0, hiddenAlerts: 0, truePositives: 0, harmless: 0 },
};

/** One detector that takes whatever it is told. */
export function memoryDetectors(): DetectorDesk {
  const run: DetectorRun = {
    ...{
      id: 'run-1',
      detector: 'logons',
      by: 'test',
      state: 'running',
      from: 0,
      to: 1,
      done: 0,
      createdAt: 0,
    },
  };
  return {
    list: async () => ({ detectors: [row], faults: [] }),
    get: async (id) => (id === row.id ? { ...row, source: 'id: logons' } : undefined),
    put: async (id) =>
      id === row.id ? { ok: true, detector: row } : { ok: false, why: 'its id is another' },
    remove: async (id) => (id === row.id ? 'removed' : 'unknown'),
    estimate: () => ({ ok: true, estimate: row }),
    alertOf: (id) => (id === row.id ? 'alert-1' : undefined),
    entities: async (id) => (id === row.id ? { entities: [] } : 'unknown'),
    series: async (id, entity) =>
      id === row.id ? { entity, interval: 600_000, threshold: 0.6, features: [], points: [] } : 'unknown',
    normal: (id) => (id === row.id ? [normal] : undefined),
    addNormal: async (id) => (id === row.id ? { ok: true, normal } : 'unknown'),
    removeNormal: async () => {},
    effect: (id) => (id === row.id ? effect : undefined),
    suggestions: (id) => (id === row.id ? [] : undefined),
    start: ({ id }) => (id === row.id ? run : 'unknown'),
    job: (id) => (id === run.id ? run : undefined),
    cancel: () => true,
  };
}
