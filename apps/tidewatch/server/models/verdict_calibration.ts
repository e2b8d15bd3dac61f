import { type Alert, verdicts } from '@tidewatch/event';
import { calibrationError, type JudgedScore, type VerdictCalibration } from '@tidewatch/models';
import { parseKql } from '@tidewatch/query';
import { keyOf } from '@tidewatch/scorer';
import type { AlertStore } from '@tidewatch/store';
import type { GaugeRow, Metrics } from '@tidewatch/telemetry';

/** How well the scores of versions agree with what analysts decided about their alerts. */
export interface VerdictCalibrations {
  /** As {@link look} found it last, by {@link keyOf}; undefined where nobody has judged an alert of the version. */
  of(model: string): VerdictCalibration | undefined;
  /** Reads what was decided since, and tells metrics. Rejects where the store cannot be read; what was found before stays. */
  look(now: number): Promise<void>;
}

interface Known {
  /** What tells whether an alert is as it was. */
  readonly as: string;
  readonly scores: ReadonlyMap<string, JudgedScore>;
}

const period = 90 * 86_400_000;
const mostAlerts = 10_000;
const scope = { principal: 'tidewatch', dataClasses: 'all' } as const;
const decided = parseKql(
  `engine: (onnx or evasion) and status: closed and reason: (${Object.keys(verdicts).join(' or ')})`,
);

/**
 * Counts an alert once, by its highest score: one person decided once. It looks at the newest 10,000 that are closed as attacks or as
 * none, of matches of the last 90 days.
 */
export function createVerdictCalibrations(
  alerts: Pick<AlertStore, 'search' | 'get'>,
  metrics: Metrics,
): VerdictCalibrations {
  let known = new Map<string, Known>();
  let found = new Map<string, VerdictCalibration>();

  async function read(now: number): Promise<Map<string, Known>> {
    if (!decided.ok) throw new TypeError(decided.error.message);
    const next = new Map<string, Known>();
    const range = { from: now - period, to: Number.MAX_SAFE_INTEGER };
    let after: string | undefined;
    do {
      const asked = { query: decided.ast, range, sort: 'newest', limit: 1_000 } as const;
      const page = await alerts.search({ ...asked, ...(after !== undefined && { after }) }, scope);
      for (const { id, version, count } of page.items) {
        const as = `${version} ${count}`;
        const before = known.get(id);
        if (before?.as === as) {
          next.set(id, before);
          continue;
        }
        const alert = await alerts.get(id, scope);
        if (alert !== undefined) next.set(id, { as, scores: judgedIn(alert) });
      }
      after = page.next;
    } while (after !== undefined && next.size < mostAlerts);
    return next;
  }

  return {
    of: (model) => found.get(model),
    async look(now) {
      known = await read(now);
      const byModel = new Map<string, JudgedScore[]>();
      for (const { scores } of known.values())
        for (const [model, judged] of scores) {
          const own = byModel.get(model) ?? [];
          own.push(judged);
          byModel.set(model, own);
        }
      found = new Map([...byModel].map(([model, judged]) => [model, calibrationError(judged)]));
      metrics.tell('verdicts', [...found].flatMap(rowsOf));
    },
  };
}

/** The highest score of each version whose matches the alert keeps. */
function judgedIn({ status, reason, matches }: Alert): ReadonlyMap<string, JudgedScore> {
  const judged = new Map<string, JudgedScore>();
  const verdict = status === 'closed' && reason !== null ? verdicts[reason] : undefined;
  if (verdict === undefined) return judged;
  for (const { explanation } of matches) {
    if (explanation.engine !== 'onnx' && explanation.engine !== 'evasion') continue;
    const model = keyOf(explanation.model);
    const score = Math.max(explanation.score, judged.get(model)?.score ?? 0);
    judged.set(model, { score, verdict });
  }
  return judged;
}

function rowsOf([key, { verdicts: all, attacks, error }]: [string, VerdictCalibration]): GaugeRow[] {
  const [model = '', version = ''] = key.split(' ');
  const labels = { model, version };
  return [
    ['model_verdicts', { ...labels, verdict: 'attack' }, attacks],
    ['model_verdicts', { ...labels, verdict: 'none' }, all - attacks],
    ...(error === null ? [] : ([['model_calibration_error', labels, error]] as const)),
  ];
}
