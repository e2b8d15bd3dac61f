import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  countDatasets,
  type DatasetFigures,
  loadParserSet,
  type Normalise,
  type ParserSet,
  type ParserSources,
} from '@tidewatch/normalize';
import type { HealthBoard, Logger, Metrics } from '@tidewatch/telemetry';
import type { Config } from '../../config/schema.ts';
import { type FileWatch, watchFiles } from '../file_watch.ts';
import { createFaultTeller } from './faults.ts';

/** The parsers of a running process. */
export interface ParsersInForce {
  readonly current: () => ParserSet;
  /** Events by data set since the start. */
  readonly datasets: ReadonlyMap<string, DatasetFigures>;
  /** Notes what passes a normaliser under its data set. */
  readonly counted: (normalise: Normalise) => Normalise;
  readonly look: FileWatch['look'];
  /** Goes by another configuration from now on. */
  readonly reload: (config: Config['parsers']) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ParserDeps {
  /** Tidewatch's own folder. */
  readonly root: string;
  readonly resources: ParserSources['resources'];
  readonly metrics: Metrics;
  readonly health: HealthBoard;
  readonly log: Logger;
}

const tellEveryMs = 5_000;

export const shippedParsers = (root: string): string => join(root, 'parsers');

/** Files and folders of people's own parsers that are read: a folder that is only looked for may be missing. */
export const ownParsers = ({ paths, required }: Config['parsers'], root: string): readonly string[] =>
  paths.filter((path) => path !== shippedParsers(root) && (required || existsSync(path)));

/**
 * Loads the parsers and follows their files. What is in force is replaced as a whole; a parser that is wrong or whose tests
 * fail leaves the one before, and is told on the health page, in the log and in a metric.
 */
export async function openParsers(config: Config['parsers'], deps: ParserDeps): Promise<ParsersInForce> {
  const { root, resources, metrics, log } = deps;
  let configured = config;
  const sources = (): ParserSources => ({
    own: ownParsers(configured, root),
    shipped: [shippedParsers(root)],
    resources,
  });
  const datasets = new Map<string, DatasetFigures>();
  let set = await loadParserSet(sources());
  let counted = totalsOf(set);
  const tellFaults = createFaultTeller('parsers', deps);
  let turn: Promise<unknown> = Promise.resolve();
  tell('Parsers loaded');

  function tell(what: string): void {
    const { entries, faults, milliseconds } = set;
    const own = entries.filter(({ shipped }) => !shipped).length;
    log.info(
      { parsers: entries.length, own, rejected: faults.length, milliseconds: Math.round(milliseconds) },
      what,
    );
    metrics.set('parsers', { state: 'loaded' }, entries.length);
    metrics.set('parsers', { state: 'rejected' }, faults.length);
    tellFaults(faults);
  }

  /** What parsers did since the last time; those that are replaced are counted to their end. */
  function count(): void {
    const now = totalsOf(set);
    metrics.count('parser_records_total', {}, now.records - counted.records);
    metrics.count('parser_failures_total', {}, now.failures - counted.failures);
    counted = now;
  }

  async function load(): Promise<void> {
    const next = await loadParserSet(sources(), set);
    count();
    set = next;
    counted = totalsOf(set);
    tell('Parsers reloaded');
  }

  const reload = (): Promise<void> => {
    const loaded = turn.then(load);
    turn = loaded.catch(() => {});
    return loaded;
  };
  const watch = watchFiles(
    {
      what: 'parsers',
      paths: () => [...configured.paths, shippedParsers(root)],
      reload,
      expiry: () => null,
    },
    log,
  );
  const regularly = setInterval(count, tellEveryMs).unref();
  return {
    current: () => set,
    datasets,
    counted: (normalise) => countDatasets(normalise, datasets),
    look: watch.look,
    async reload(next) {
      configured = next;
      await reload();
    },
    async close() {
      clearInterval(regularly);
      await watch.close();
      await turn;
      count();
    },
  };
}

function totalsOf({ entries }: ParserSet): { readonly records: number; readonly failures: number } {
  const figures = entries.map(({ parser }) => parser.figures);
  return {
    records: figures.reduce((sum, { records }) => sum + records, 0),
    failures: figures.reduce((sum, { failures }) => sum + failures, 0),
  };
}
