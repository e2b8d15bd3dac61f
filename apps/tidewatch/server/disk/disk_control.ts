import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeepReadonly } from '@tidewatch/api';
import type { DiskReport } from '@tidewatch/api/schemas';
import { isTidewatchError } from '@tidewatch/event';
import type { Accept } from '@tidewatch/plugin';
import type { Stream } from '@tidewatch/stream';
import type { Runtime } from '../runtime.ts';
import { openDiskSources } from './disk_sources.ts';
import { createIntakeGate } from './intake_gate.ts';
import { type Measured, measure, type StoreName } from './measure.ts';
import { outlookOf } from './outlook.ts';
import { openSizeHistory, type SizeHistory } from './size_history.ts';
import { createTeller, type WatchedStore } from './tell.ts';
import { standingOf, untilHigh } from './watermark.ts';
import { adviceOn, fullness, outlookWords } from './words.ts';

const everyMs = 5_000;
const outlookMs = 60_000;
const hour = 3_600_000;
/** Looking costs something, too, bytes. */
const leastLook = 1024 ** 2;

/** Watches what the stores take, tells when they fill up, and lets senders wait before they are full. */
export interface DiskControl {
  /** The entry of the pipeline, which refuses (INTAKE_SLOWED, 429) while a store that it fills is too full. */
  slowed(accept: Accept): Accept;
  /** The dead letters, which refuse those of the intake while they are too full themselves. */
  slowedLetters(stream: Stream): Stream;
  report(): DeepReadonly<DiskReport>;
  /** Measures now rather than in a few seconds. */
  look(): Promise<void>;
}

/** Measures for the first time before it resolves, so that nobody is let in over the budget. */
export async function startDiskControl(runtime: Runtime): Promise<DiskControl> {
  const { config, metrics } = runtime;
  const history = await openSizeHistory(join(config.data, 'disk/sizes.json'));
  const { sources, lifeOf } = openDiskSources(runtime);
  const stores = new Map<StoreName, WatchedStore>();
  const gate = createIntakeGate(() => stores.values(), metrics);
  const teller = createTeller(runtime, gate);
  const saveHourly = hourlySaver(history, runtime);
  let lastOutlook = 0;

  /** Bytes that may be taken before it is time to look again: records grow on their way into a store. */
  let untilLook = 0;

  async function look(): Promise<void> {
    const now = Date.now();
    const rows = await measure(sources());
    const { high } = runtime.config.disk;
    const rooms = rows.flatMap((row) => (row.slows === 'intake' ? [untilHigh(row, high)] : []));
    untilLook = Math.max(leastLook, Math.min(...rooms) / 8);
    const due = now - lastOutlook >= outlookMs || now < lastOutlook;
    if (due) lastOutlook = now;
    const changes = rows.map((row) => note(row, now, due));
    for (const { watched, before } of changes) {
      teller.measured(watched);
      if (watched.standing !== before) teller.changed(watched, before);
    }
    teller.standing([...stores.values()]);
    const volume = stores.get('volume')?.standing;
    if (volume === 'high' || volume === 'full') runtime.adapters.events.relieve?.();
    await saveHourly(now);
  }

  function note(row: Measured, now: number, due: boolean) {
    const known = stores.get(row.store);
    const before = known?.standing ?? 'below';
    history.note(row.store, row.held, now, row.partitions);
    const standing = standingOf(row.share, before, runtime.config.disk);
    const same = known !== undefined && standing === before;
    const outlook = same && !due ? known.outlook : outlookOf(row, history, lifeOf(row.store), now);
    const watched = { row, standing, since: same ? known.since : now, outlook };
    stores.set(row.store, watched);
    return { watched, before };
  }

  const lookInTurn = repeat(look, runtime);
  await lookInTurn();
  return {
    slowed: (accept) => {
      const gated = gate.slowed(accept);
      return async (source, records) => {
        const answers = await gated(source, records);
        untilLook -= records.reduce((sum, { bytes }) => sum + bytes.length, 0);
        if (untilLook < 0) {
          untilLook = Number.POSITIVE_INFINITY;
          void lookInTurn();
        }
        return answers;
      };
    },
    slowedLetters: gate.slowedLetters,
    look: lookInTurn,
    report: () => ({
      stores: [...stores.values()].map(reported),
      intake: gate.state('intake'),
      deadLetters: gate.state('dead letters'),
      watermarks: { low: runtime.config.disk.low, high: runtime.config.disk.high },
    }),
  };
}

/** Writes the sizes down once an hour, and at the end. A full disk is told once: they are still in memory. */
function hourlySaver(sizes: SizeHistory, { log, onClose }: Runtime): (now: number) => Promise<void> {
  let saved = Math.floor(Date.now() / hour);
  let failed = false;
  onClose(() => sizes.save().catch(() => {}));
  return async (now) => {
    if (Math.floor(now / hour) === saved) return;
    saved = Math.floor(now / hour);
    const reason = await sizes.save().then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (reason !== undefined && !failed)
      log.warn({ reason }, 'The sizes of stores could not be written down');
    failed = reason !== undefined;
  };
}

/** Does the work every few seconds until the process ends, and when asked to, one at a time. */
function repeat(work: () => Promise<void>, { log, onClose }: Runtime): () => Promise<void> {
  const stopping = new AbortController();
  let turn = Promise.resolve();
  const next = (): Promise<void> => {
    turn = turn.then(work).catch((error: unknown) => {
      if (!isTidewatchError(error)) log.error({ err: error }, 'Measuring the disk failed');
      else log.warn({ code: error.code, reason: error.message }, 'Measuring the disk failed');
    });
    return turn;
  };
  const { signal } = stopping;
  const repeating = (async () => {
    for (;;) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await next();
    }
  })();
  onClose(async () => {
    stopping.abort();
    await repeating;
  });
  return next;
}

function reported({ row, standing, since, outlook }: WatchedStore): DiskReport['stores'][number] {
  const { store, place, bytes, held, budget, share, slows } = row;
  return {
    ...{ store, place, bytes, held, share, slows, standing, since },
    ...(Number.isFinite(budget) && { budget }),
    ...(outlook && { outlook }),
    says: `${fullness(row)} ${outlookWords(outlook)}`,
    ...(standing !== 'below' && { advice: adviceOn(store) }),
  };
}
