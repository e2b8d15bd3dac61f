import type { Worker } from 'node:worker_threads';
import type { EventMatch } from '@tidewatch/event';
import { startWorker } from '@tidewatch/plugin';
import { joinLines, type StreamRecord } from '@tidewatch/stream';
import type { Answer, Fed, LoadedRules, Request, RuleFault, RuleSources } from './protocol.ts';

export interface Detected {
  readonly matches: readonly EventMatch[];
  readonly fed: Fed;
  readonly faults: readonly RuleFault[];
}

/** The detector's thread: rules in, batches in, matches out. A thread that died is started again by the next call. */
export interface DetectionThread {
  /** @param shards among how many the groups of correlations are divided */
  load(sources: RuleSources, shards: number): Promise<LoadedRules>;
  /** @param records events of one partition, in order */
  detect(partition: number, records: readonly StreamRecord[]): Promise<Detected>;
  /** Told of the rules that a thread started anew has loaded, before it looks at anything. */
  onReload(listener: (loaded: LoadedRules) => void): void;
  /** Ends what it is doing, which then fails. */
  interrupt(): Promise<void>;
  close(): Promise<void>;
}

type Ask = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;
type Loading = Pick<Extract<Request, { ask: 'load' }>, 'sources' | 'shards' | 'costs'>;
type Good = Extract<Answer, { ok: true }>;

export function createDetectionThread(program: URL): DetectionThread {
  let worker: Worker | undefined;
  let interrupted: Worker | undefined;
  let loading: Loading | undefined;
  let next = 0;
  let reloaded: (loaded: LoadedRules) => void = () => {};
  const waiting = new Map<number, { resolve(answer: Good): void; reject(error: Error): void }>();

  function start(): Worker {
    const started = startWorker(program, {});
    const lost = (error: Error) => {
      if (worker !== started) return;
      worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    started.on('message', (answer: Answer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.ok) asked?.resolve(answer);
      else asked?.reject(new Error(answer.message));
    });
    started.on('error', lost);
    started.on('exit', (code) => lost(new Error(`the detector's thread ended with exit code ${code}`)));
    return started;
  }

  function ask(request: Ask, transfer: ArrayBuffer[] = []): Promise<Good> {
    worker ??= start();
    const id = next++;
    const target = worker;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      target.postMessage({ id, ...request }, transfer);
    });
  }

  /** It waits behind what is under way, and so is asked again where that was interrupted. */
  async function load(wanted: Pick<Loading, 'sources' | 'shards'>): Promise<LoadedRules> {
    const request = { ask: 'load', ...loading, ...wanted } as const;
    const answer = ask(request);
    const asked = worker;
    const { loaded } = await answer.catch((error: Error) => {
      if (asked !== interrupted) throw error;
      return ask(request);
    });
    loading = { ...wanted, costs: (loaded as LoadedRules).costs };
    return loaded as LoadedRules;
  }

  return {
    load: (sources, shards) => load({ sources, shards }),
    async detect(partition, records) {
      // A thread that died has lost its rules.
      if (worker === undefined && loading !== undefined) {
        const { sources, shards } = loading;
        reloaded(await load({ sources, shards }));
      }
      const events = joinLines(records);
      const offsets = Float64Array.from(records, ({ position }) => position.offset);
      const answer = await ask({ ask: 'detect', partition, offsets, events }, [
        events.buffer as ArrayBuffer,
        offsets.buffer,
      ]);
      const matches = JSON.parse(new TextDecoder().decode(answer.matches)) as EventMatch[];
      return { matches, fed: answer.fed as Fed, faults: answer.faults ?? [] };
    },
    onReload(listener) {
      reloaded = listener;
    },
    async interrupt() {
      interrupted = worker;
      await worker?.terminate();
    },
    async close() {
      const ending = worker;
      worker = undefined;
      await ending?.terminate();
    },
  };
}

/** What would be in force with these rules, found out in a thread that ends with it. */
export async function loadInThread(program: URL, sources: RuleSources): Promise<LoadedRules> {
  const thread = createDetectionThread(program);
  try {
    return await thread.load(sources, 1);
  } finally {
    await thread.close();
  }
}
