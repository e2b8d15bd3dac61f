import { setTimeout as sleep } from 'node:timers/promises';
import { isTidewatchError } from '@tidewatch/event';
import type { Input, InputContext, Listener, RawRecord } from '@tidewatch/plugin';
import type { z } from 'zod';
import { errors } from './errors.ts';
import { type Discovered, discover, type Found, lookAtAll } from './file/discover.ts';
import { createPatience } from './patience.ts';
import { createFileStates } from './record_files/states.ts';
import { createTally } from './tally.ts';

/** Records of a file, and where it goes on once they are taken. */
export interface FileBatch<P> {
  readonly records: readonly RawRecord[];
  readonly position: P;
  /** Records or stretches before that position which can't be read. */
  readonly damaged: number;
}

/** A format of files whose records say themselves which they are, so that one read again is the same event. */
export interface RecordFormat<P> {
  readonly position: z.ZodType<P>;
  /** Gives what came after `from`, or all where the file is another one now. Rejects where the file can't be read. */
  read(path: string, from: P | undefined): AsyncIterable<FileBatch<P>>;
}

export interface RecordFilesConfig {
  readonly paths: readonly string[];
  readonly source: string;
  readonly dataset?: string | undefined;
  readonly poll_ms: number;
}

/** A file whose source governance refuses is read again after this. */
const refusedMs = 30_000;
/** Positions are saved this often while a long file is read. */
const saveMs = 1_000;
/** Files named on the health page because they can't be read. */
const problemsShown = 10;

/** An input that reads files of such a format when they change, each from where it was left. */
export function createRecordFiles<P>(
  name: string,
  format: RecordFormat<P>,
  config: RecordFilesConfig,
  context: InputContext,
): Input {
  const { log, directory } = context;
  const states = createFileStates(directory, format.position, log);
  const damaged = createTally(log, 'Records could not be read; the others were taken', { input: name });
  const refused = createTally(log, 'Records were refused by governance: they wait in their files', {
    input: name,
  });
  const problems = new Map<string, string>();
  /** Until when a file is not read, and the stamps of those in which something is wrong, by key. */
  const waiting = new Map<string, number>();
  const broken = new Map<string, string>();
  let patterns: readonly Discovered[] = config.paths.map((pattern) => ({ pattern, paths: [] }));
  let taken = 0;
  let stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(signal: AbortSignal): Promise<void> {
    const accept = createPatience(context.accept, log, signal);
    while (!signal.aborted) {
      patterns = await Promise.all(config.paths.map(discover));
      const paths = [...new Set(patterns.flatMap(({ paths: each }) => each))];
      const found = await lookAtAll(paths, (path, { message }) => report(path, message));
      for (const path of problems.keys()) if (!paths.includes(path)) problems.delete(path);
      for (const each of found) if (!signal.aborted) await follow(each);
      await sleep(config.poll_ms, undefined, { signal }).catch(() => undefined);
    }

    async function follow(found: Found): Promise<void> {
      const { key, path, stamp } = found;
      if (
        states.of(key)?.stamp === stamp ||
        broken.get(key) === stamp ||
        Date.now() < (waiting.get(key) ?? 0)
      )
        return;
      try {
        const isWhole = await take(found);
        problems.delete(path);
        if (isWhole) states.end(key, { path, stamp });
      } catch (error) {
        report(path, (error as Error).message);
        // What is wrong in a file stays so until it is written to; what is wrong with the system may pass.
        if (isTidewatchError(error)) broken.set(key, stamp);
      }
      await save();
    }

    async function take({ key, path }: Found): Promise<boolean> {
      let saved = Date.now();
      for await (const batch of format.read(path, states.of(key)?.position)) {
        const records = config.dataset === undefined ? batch.records : batch.records.map(withDataset);
        const answers = records.length === 0 ? [] : await accept(config.source, records);
        if (answers === undefined) return false;
        const refusals = answers.filter(({ status }) => status === 'refused').length;
        taken += answers.length - refusals;
        if (refusals > 0) {
          // All of the batch is handed on again: what was taken of it is told by its ids.
          refused.add(refusals);
          waiting.set(key, Date.now() + refusedMs);
          return false;
        }
        if (batch.damaged > 0) damaged.add(batch.damaged);
        states.move(key, path, batch.position);
        if (Date.now() > saved + saveMs) {
          await save();
          saved = Date.now();
        }
        if (signal.aborted) return false;
      }
      return true;
    }
  }

  const withDataset = (record: RawRecord): RawRecord => ({
    ...record,
    hints: { ...record.hints, ...(config.dataset === undefined ? {} : { dataset: config.dataset }) },
  });

  /** Where positions can't be saved reading goes on: what is read twice has the same ids. */
  const save = (): Promise<void> =>
    states.save().catch(({ message }: Error) => report(directory, `positions are not saved: ${message}`));

  function report(path: string, problem: string): void {
    if (problems.get(path) === problem) return;
    problems.set(path, problem);
    log.error({ input: name, path, problem }, 'A file cannot be read; the others go on');
  }

  return {
    async start() {
      try {
        await states.load();
        await states.save();
      } catch (error) {
        throw errors.POSITIONS_UNWRITABLE({ input: name, directory, reason: (error as Error).message });
      }
      stopping = new AbortController();
      running = run(stopping.signal).catch((error: unknown) => {
        log.error({ err: error, input: name }, 'The input has failed: no file is read until a restart');
      });
    },
    async stop() {
      stopping.abort();
      if (running === undefined) return;
      await running;
      running = undefined;
      await save();
      damaged.flush();
      refused.flush();
    },
    listeners() {
      const counted = [
        `${taken} records`,
        ...(damaged.total > 0 ? [`${damaged.total} damaged`] : []),
        ...(refused.total > 0 ? [`${refused.total} refused, which wait in their files`] : []),
      ].join(', ');
      const rows = patterns.map(({ pattern, paths, problem }, i): Listener => {
        if (problem !== undefined) return { address: pattern, state: 'failed', detail: problem };
        const files =
          paths.length === 0 ? 'no such file yet' : `${paths.length} file${paths.length === 1 ? '' : 's'}`;
        return { address: pattern, state: 'listening', detail: i === 0 ? `${files}, ${counted}` : files };
      });
      const failed = [...problems].slice(0, problemsShown);
      return [
        ...rows,
        ...failed.map(([address, detail]): Listener => ({ address, state: 'failed', detail })),
      ];
    },
  };
}
