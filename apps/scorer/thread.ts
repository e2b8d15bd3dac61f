import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { MessagePort, Worker } from 'node:worker_threads';

import { startModelThread } from '@tidewatch/onnx';
import { startWorker } from '@tidewatch/plugin';
import { joinLines, type StreamRecord } from '@tidewatch/stream';
import type { DriftWindow } from './drift_watch.ts';
import type {
  Answer,
  Loaded,
  ModelAtWork,
  ModelDrift,
  ModelFault,
  Request,
  ScoredBatch,
  ThreadWanted,
} from './protocol.ts';
import type { ClassTable } from './score_document.ts';

/** The thread is gone, with all that its models remembered; `model` is the one that was at work. */
export class ThreadLost extends Error {
  readonly model: string | undefined;
  constructor(message: string, model: string | undefined) {
    super(message);
    this.model = model;
  }
}

/** The scorer's thread: models in, batches in, scores and matches out. Calls reject with {@link ThreadLost}. */
export interface ScoringThread {
  /** Starts it where there is none. */
  load(models: readonly ModelAtWork[]): Promise<Loaded>;
  score(
    partition: number,
    records: readonly StreamRecord[],
    classes: ClassTable,
    except: readonly string[],
  ): Promise<ScoredBatch>;
  save(partition: number): Promise<Uint8Array>;
  /** @returns versions that begin anew */
  restore(partition: number, snapshot: Uint8Array): Promise<readonly ModelFault[]>;
  drop(partition: number): Promise<void>;
  drift(): Promise<readonly ModelDrift[]>;
  close(): Promise<void>;
}

/** Reading models takes its time. */
const loadMs = 120_000;
/** So long models are waited for that are inside their runtime, milliseconds. */
const endMs = 5_000;

/** Programs of threads: the scorer's, and each model's. */
export interface Programs {
  readonly scorer: URL;
  readonly onnx: URL;
}

export interface ThreadOptions {
  /** A batch that takes longer ends the thread; default 30,000 milliseconds. A model of ONNX gives up after 10,000 for a part of one. */
  readonly batchMs?: number;
  /** How long windows are that drift is told by; default 2,000 scores and a day. */
  readonly window?: DriftWindow;
  /** Told why the thread of a model ended by itself. */
  readonly onModelLost?: (error: Error) => void;
}

type Said = Answer & { readonly id: number; readonly ok: boolean; readonly message: string };

export function createScoringThread(
  programs: Programs,
  { batchMs = 30_000, window = { scores: 2_000, ms: 86_400_000 }, onModelLost }: ThreadOptions = {},
): ScoringThread {
  const busy = new SharedArrayBuffer(4);
  let worker: Worker | undefined;
  /** Those of models: each ends with the thread that asks it, as soon as it is outside the runtime. */
  const others = new Set<Worker>();
  let models: readonly string[] = [];
  let next = 0;
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();

  function start(): Worker {
    const started = startWorker(programs.scorer, {});
    const lost = (error: Error) => {
      if (worker !== started) return;
      end(new ThreadLost(error.message, models[Atomics.load(new Int32Array(busy), 0) - 1]));
    };
    started.on('message', (said: ThreadWanted | Said) => {
      if ('port' in said) {
        startOther(said.port);
        return;
      }
      const { id, ok, message, ...answer } = said;
      const asked = waiting.get(id);
      waiting.delete(id);
      if (ok) asked?.resolve(answer);
      else asked?.reject(new Error(message));
    });
    started.on('error', lost);
    started.on('exit', (code) => lost(new Error(`it ended its thread (exit code ${code})`)));
    return started;
  }

  function startOther(port: MessagePort): void {
    const other = startModelThread(programs.onnx, port);
    others.add(other);
    other.on('error', (error) => onModelLost?.(error));
    other.on('exit', () => others.delete(other));
  }

  /** Whoever waits hears of it. */
  function end(error: Error): void {
    const ending = worker;
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    void ending?.terminate();
  }

  async function ask(request: Request, moved: ArrayBuffer[] = [], ms = batchMs): Promise<Answer> {
    const target = worker;
    if (target === undefined) throw new ThreadLost('the thread of models is gone', undefined);
    const id = next++;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        timer = globalThis.setTimeout(() => {
          if (worker !== target) return;
          const model = models[Atomics.load(new Int32Array(busy), 0) - 1];
          end(new ThreadLost(`it took longer than ${ms / 1_000} s`, model));
        }, ms);
        target.postMessage({ id, ...request }, moved);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async load(wanted) {
      worker ??= start();
      new Int32Array(busy)[0] = 0;
      const { loaded } = await ask({ ask: 'load', models: wanted, busy, window }, [], loadMs);
      models = (loaded as Loaded).models;
      return loaded as Loaded;
    },
    async score(partition, records, classes, except) {
      const events = joinLines(records);
      const offsets = Float64Array.from(records, ({ position }) => position.offset);
      const moved = [events.buffer as ArrayBuffer, offsets.buffer];
      const request = { ask: 'score', partition, offsets, events, classes, except } as const;
      return (await ask(request, moved)).batch as ScoredBatch;
    },
    save: async (partition) => (await ask({ ask: 'save', partition })).snapshot as Uint8Array,
    restore: async (partition, snapshot) => (await ask({ ask: 'restore', partition, snapshot })).faults ?? [],
    drop: async (partition) => {
      await ask({ ask: 'drop', partition });
    },
    drift: async () => (await ask({ ask: 'drift' }, [], loadMs)).drift ?? [],
    async close() {
      const ending = worker;
      end(new ThreadLost('it was closed', undefined));
      await ending?.terminate();
      const ended = [...others].map((other) => once(other, 'exit'));
      await Promise.race([Promise.all(ended), setTimeout(endMs, undefined, { ref: false })]);
    },
  };
}
