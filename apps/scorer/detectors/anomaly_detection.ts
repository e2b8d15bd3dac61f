import { setTimeout as pause } from 'node:timers/promises';
import type { AlertStore } from '@tidewatch/store';
import type { Batch, Consumer, Stream } from '@tidewatch/stream';
import type { Logger } from '@tidewatch/telemetry';
import { idleMark } from '@tidewatch/window';
import { createTurns } from '../turns.ts';
import { buffersOf, takenFrom } from './batch.ts';
import type { Definition } from './definition.ts';
import { type DetectorThread, startDetectorThread } from './detector_thread.ts';
import type { Detecting, EngineState } from './engine.ts';
import { detectorErrors } from './errors.ts';
import { tellGauges } from './gauges.ts';
import type { EntitiesAsked, EntityRow, Said } from './kept.ts';
import { type Learnt, learntOf, withFile } from './learnt.ts';
import { createSharing, groupOf, type Sharing, whole } from './sharing.ts';
import type { Finding } from './watch.ts';
import { type WritingDeps, writeFindings } from './write_findings.ts';

export interface AnomalyDetectionDeps extends WritingDeps {
  readonly events: Stream;
  readonly alerts: Pick<AlertStore, 'replace' | 'confirmUpTo'>;
  readonly detecting: Detecting;
  /** The file of what detectors learn. */
  readonly file: string;
  /** Program of the detectors' thread. */
  readonly worker: URL;
  readonly log: Logger;
  /** With a reason where something is not as it should be. */
  readonly onState?: (reason: string | undefined) => void;
  /** The file is brought up to date so often; what came since is read again after a crash. */
  readonly saveEveryMs?: number;
  /** A thread that was lost is started again after so long. */
  readonly restartAfterMs?: number;
}

export interface AnomalyDetection {
  definitions(): readonly Definition[];
  /** Undefined where there is no detector. @throws DETECTORS_AWAY */
  state(): Promise<EngineState | undefined>;
  /** Entities of a detector; undefined where it does not run. @throws DETECTORS_AWAY */
  entities(detector: string, asked: EntitiesAsked): Promise<readonly EntityRow[] | undefined>;
  /** What was said of an entity's last intervals; undefined where none is known that may be seen. @throws DETECTORS_AWAY */
  said(
    detector: string,
    values: readonly string[],
    classes: EntitiesAsked['classes'],
  ): Promise<readonly Said[] | undefined>;
  /** Brings detectors into force while events go on being looked at; one that learns the same goes on. */
  reload(detecting: Detecting): Promise<void>;
  /** Gives out what was learnt, also while no detector is in force; not where nothing ever was. @throws DETECTORS_AWAY */
  forgetting(work: (learnt: Learnt) => Promise<void>): Promise<void>;
  /** Resolves when everything appended before the call was looked at, and what was found is stored. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const tickMs = 15_000;

/**
 * Follows the events' stream with detectors: what a batch brings is in the alert store and among the scores before the file says
 * that the batch was looked at. Both have ids that follow from detector, entity and interval, and what is read again after a
 * crash is told to forests as they were: it gives the same (decision record 50).
 */
export async function startAnomalyDetection(deps: AnomalyDetectionDeps): Promise<AnomalyDetection> {
  const { events, alerts, metrics, log, saveEveryMs = 5_000, restartAfterMs = 1_000 } = deps;
  let { detecting } = deps;
  const { part = whole } = detecting;
  const group = groupOf(part);
  let running:
    | {
        readonly thread: DetectorThread;
        readonly consumer: Consumer;
        readonly sharing: Sharing;
      }
    | undefined;
  /** Batches of several partitions, saves and reloads. */
  const inTurn = createTurns();
  /** Whoever opens the file, and closes it. */
  const alone = createTurns();
  let isClosed = false;
  let starting: Promise<void> | undefined;
  let restarting: Promise<void> | undefined;
  let savedAt = Date.now();
  /** The thread knows more than the file. */
  let isAhead = false;
  /** What the file stands for. */
  let saved: ReadonlyMap<number, number> = new Map();
  /** What the thread made of a batch whose effects failed: it is not to look at it twice. */
  const made = new Map<number, { readonly last: number; readonly findings: readonly Finding[] }>();

  async function process(
    thread: DetectorThread,
    consumer: () => Consumer | undefined,
    batch: Batch,
  ): Promise<void> {
    const started = performance.now();
    const last = batch.records.at(-1)?.position.offset ?? -1;
    const before = made.get(batch.partition);
    const taken = takenFrom(batch);
    const count = taken.ends.length;
    if (before?.last === last) await write(before.findings);
    else {
      const findings: Finding[] = [];
      let written = Promise.resolve();
      await thread.ask({ ask: 'take', taken }, buffersOf(taken), (part) => {
        findings.push(...part);
        written = written.then(() => write(part));
        // Thrown below.
        written.catch(() => {});
      });
      made.set(batch.partition, { last, findings });
      isAhead = true;
      await written;
    }
    made.delete(batch.partition);
    metrics.count('stage_events_total', { stage: 'anomaly', outcome: 'ok' }, count);
    metrics.observe('stage_duration_seconds', { stage: 'anomaly' }, (performance.now() - started) / 1_000);
    if (Date.now() - savedAt >= saveEveryMs) await save(thread, consumer());
  }

  const write = (findings: readonly Finding[]) => writeFindings(findings, detecting.definitions, deps);

  async function save(thread: DetectorThread, consumer: Consumer | undefined): Promise<void> {
    // The file must not say of a batch that it was looked at while what was found is nowhere.
    if (made.size > 0 || !isAhead) return;
    saved = await thread.ask({ ask: 'save' });
    for (const [partition, offset] of saved) consumer?.commit({ partition, offset });
    savedAt = Date.now();
    isAhead = false;
  }

  /** A restart and a reload may want it at the same time. */
  function start(): Promise<void> {
    starting ??= alone(begin).finally(() => {
      starting = undefined;
    });
    return starting;
  }

  async function begin(): Promise<void> {
    const thread = startDetectorThread(deps.worker, { file: deps.file }, (reason) =>
      log.warn({ reason }, 'What a forest had learnt could not be read; it begins anew'),
    );
    const sharing = createSharing(events, part, metrics, (reason) => {
      if (reason !== undefined) log.error({ reason }, 'Parts of the entities have not one process each');
      deps.onState?.(reason);
    });
    try {
      saved = await thread.ask({ ask: 'load', detecting });
      let consumer: Consumer | undefined;
      consumer = await events.subscribe({
        group,
        maxRecords: 4_000,
        from: 'latest',
        commits: 'manual',
        assigned: async (partition) => saved.get(partition),
        process: (batch) => inTurn(() => process(thread, () => consumer, batch)),
        revoked: async (_, lost) => {
          if (!lost) await inTurn(() => save(thread, consumer));
        },
      });
      running = { thread, consumer, sharing };
      deps.onState?.(undefined);
      void thread.ended.then((reason) => {
        restarting = again(reason);
      });
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  /** What the thread knew since the file was saved is lost: that is read again. */
  async function again(reason: string): Promise<void> {
    const before = running;
    running = undefined;
    log.error({ reason }, 'The thread of the detectors ended; it is started again');
    deps.onState?.(`The thread of the detectors ended: ${reason}. It is started again.`);
    await before?.consumer.close();
    made.clear();
    for (;;) {
      await pause(restartAfterMs);
      if (isClosed || running !== undefined || detecting.definitions.length === 0) return;
      await start().catch((error: Error) =>
        log.error({ reason: error.message }, 'The detectors could not be started again'),
      );
    }
  }

  async function end(): Promise<void> {
    const before = running;
    running = undefined;
    if (before === undefined) return;
    const { thread, consumer } = before;
    // What a last batch brought is in the file before the positions are.
    await inTurn(() => save(thread, consumer));
    await consumer.close();
    await inTurn(() => save(thread, undefined));
    await thread.ask({ ask: 'close' });
    await thread.close();
  }

  async function tick(): Promise<void> {
    if (running === undefined) return;
    const { thread, consumer, sharing } = running;
    if (Date.now() - savedAt >= saveEveryMs) await inTurn(() => save(thread, consumer));
    const now = Date.now();
    const quiet = await thread.ask({ ask: 'quiet', now });
    if (quiet.length > 0) await events.append(quiet.map((source) => idleMark(source, now)));
    const { time, ...rest } = await thread.ask({ ask: 'state' });
    tellGauges(metrics, rest);
    await sharing.look(now, time).catch(warning('Who else reads the events could not be found out'));
    const complete = sharing.complete(time);
    if (complete === null) return;
    const longest = Math.max(0, ...detecting.definitions.map(({ delay }) => delay));
    await alerts.confirmUpTo(complete - longest, 'forest');
  }

  const warning = (words: string) => (error: Error) => log.warn({ reason: error.message }, words);
  let ticking = Promise.resolve();
  const timer = setInterval(
    () => {
      ticking = ticking.then(tick).catch(warning('The detectors could not be told of the time'));
    },
    Math.min(tickMs, saveEveryMs),
  );
  timer.unref();

  /** Undefined where there is no detector. */
  function threadNow(): DetectorThread | undefined {
    if (running === undefined && detecting.definitions.length > 0) throw detectorErrors.DETECTORS_AWAY();
    return running?.thread;
  }

  /** A group that reads nothing would keep the stream from being freed. */
  const leave = (): Promise<void> => events.forgetGroup(group);
  if (detecting.definitions.length > 0) await start();
  else await leave();

  return {
    definitions: () => detecting.definitions,
    state: async () => threadNow()?.ask({ ask: 'state' }),
    entities: async (detector, asked) => threadNow()?.ask({ ask: 'entities', detector, asked }),
    said: async (detector, values, classes) => threadNow()?.ask({ ask: 'said', detector, values, classes }),
    async reload(next) {
      detecting = next;
      if (next.definitions.length === 0) {
        await alone(end);
        await leave();
        return;
      }
      // One that is being started may have been given others.
      if (running === undefined) await start();
      const { thread, consumer } = running as NonNullable<typeof running>;
      await inTurn(async () => {
        await thread.ask({ ask: 'load', detecting: next });
        isAhead = true;
        await save(thread, consumer);
      });
    },
    async forgetting(work) {
      const thread = threadNow();
      if (thread === undefined) return alone(() => withFile(deps.worker, deps.file, work));
      const learnt = learntOf((request) =>
        inTurn(async () => {
          const answer = await thread.ask(request);
          isAhead = true;
          await save(thread, running?.consumer);
          return answer;
        }),
      );
      await work(learnt);
    },
    async drain() {
      const { thread, consumer } = running ?? {};
      await consumer?.drain();
      if (thread !== undefined) await inTurn(() => save(thread, consumer));
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await ticking;
      await restarting;
      await alone(end);
    },
  };
}
