import type { ModelDesk, ModelRow } from './model_desk.ts';

/** One model with one version, whose gates are all passed. */
export function memoryModels(): ModelDesk {
  const row: ModelRow = {
    name: 'odd-lines',
    live: '1',
    versions: [{ version: '1', stage: 'live', origin: 'kept', runs: true }],
    history: [],
  };
  const gates = [
    { name: 'alerts', passed: true, found: '2 alerts in 24 h; 20 a day are the budget.' },
  ] as const;
  const result = {
    total: 10,
    events: 10,
    scored: 10,
    matches: 2,
    alerts: 2,
    alertsPerDay: 2,
    span: 86_400_000,
    covered: 86_400_000,
    perSecond: 20_000,
    quantiles: [0.1, 0.2, 0.9, 0.95],
    faults: [],
    examples: [],
  };
  return {
    list: async () => [row],
    get: async () => ({
      ...row,
      about: [{ version: '1', manifest: null, card: null, golden: null, drift: null, calibration: null }],
    }),
    upload: async ({ offset, content }) => offset + content.length,
    add: async () => row,
    backtest: async () => ({ result, gates }),
    promote: async () => ({ model: row, gates }),
    rollback: async () => row,
    retire: async () => row,
  };
}
