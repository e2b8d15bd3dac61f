import type { DetectorDesk } from './detector_desk.ts';
import type { DetectorRow, DetectorRun } from './schemas/detectors.ts';

const row: DetectorRow = {
  ...{ id: 'logons', title: 'Many log-ons', level: 'medium', filter: 'event.category: authentication' },
  ...{ by: ['user.name'], features: ['logons'], interval: 600_000, file: 'detectors/logons.yml' },
  ...{ own: true, runs: true, says: 'No event has matched its filter yet.' },
  memory: { bytesEach: 94_000, says: '92 KiB for each entity.' },
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
    start: ({ id }) => (id === row.id ? run : 'unknown'),
    job: (id) => (id === run.id ? run : undefined),
    cancel: () => true,
  };
}
