import type { Normalise } from '../normaliser.ts';

/** What became of a data set's records, whichever parser read them. */
export interface DatasetFigures {
  events: number;
  /** Time spent, milliseconds: of one record in 64, times 64. */
  ms: number;
}

/** One record in so many is timed. */
const timed = 64;
/** Senders may name data sets: beyond so many none is added. */
const most = 10_000;

/** Counts the events of each data set on their way through. */
export function countDatasets(normalise: Normalise, datasets: Map<string, DatasetFigures>): Normalise {
  let records = 0;
  return (record, source) => {
    const started = ++records % timed === 0 ? performance.now() : 0;
    const outcome = normalise(record, source);
    if (outcome.status !== 'ok' && outcome.status !== 'redirected') return outcome;
    const { dataset } = outcome.value.head;
    let figures = datasets.get(dataset);
    if (figures === undefined) {
      if (datasets.size >= most) return outcome;
      figures = { events: 0, ms: 0 };
      datasets.set(dataset, figures);
    }
    figures.events++;
    if (started > 0) figures.ms += (performance.now() - started) * timed;
    return outcome;
  };
}
