import { MessageChannel } from 'node:worker_threads';
import { isTidewatchError } from '@tidewatch/event';
import { compileFeatures } from '@tidewatch/features';
import type { ManifestOf, ModelFolder } from '@tidewatch/models';
import { askOver } from '@tidewatch/plugin';
import { type Call, createPool, partsOf, turnsOf } from './calls.ts';
import { onnxErrors } from './errors.ts';
import type { Answer, Failure, Opening, Request, Rows } from './protocol.ts';
import type { RowScores } from './score.ts';
import { type StartModelThread, startModelThread } from './thread_start.ts';

/** An ONNX model that was read from its folder. */
export type OnnxFolder = ModelFolder & { readonly manifest: ManifestOf<'onnx'> };

export interface ModelWorkerOptions {
  /** A call that takes longer fails, and so do all after it; milliseconds, default 10,000. */
  readonly timeoutMs?: number;
}

/** A model in a thread of its own, which keeps no process alive and ends with the thread that asks it. */
export interface ModelWorker {
  /** Resolves when the model can score; rejects as {@link ModelWorker.score} does. */
  ready(): Promise<void>;
  /**
   * Scores rows that lie behind each other, as the features' encoder writes them. Calls are served in their order; those of one turn of
   * the event loop go to the thread together.
   *
   * Rejects with a typed error. Where it names a row (ONNX_NOT_FINITE, ONNX_RANGE; `details.row`, from 0) the model still answers other
   * rows; after ONNX_TIME and ONNX_ENDED it answers nothing any more.
   *
   * @param rows rows × width; copied once the model is ready and the turn ends, and still the caller's
   */
  score(rows: Float32Array, count: number): Promise<RowScores>;
  /** Idempotent. What is under way is rejected. */
  close(): Promise<void>;
}

/** To load the runtime and the largest model takes a while on a machine that is just starting. */
const startMs = 30_000;
/** So long a thread is waited for that was told to end, milliseconds. */
const endMs = 5_000;

/**
 * Starts the thread of a model that was admitted.
 *
 * @param program `model_thread.ts` or its bundle; or who starts it, where this thread may be terminated
 */
export function startModelWorker(
  { manifest, files }: OnnxFolder,
  program: URL | StartModelThread,
  { timeoutMs = 10_000 }: ModelWorkerOptions = {},
): ModelWorker {
  const { port1: port, port2: far } = new MessageChannel();
  const thread = askOver<Request, Answer>(port);
  port.on('close', () => thread.fail(died ?? new Error('its thread ended')));
  port.unref();
  const opening: Opening = { manifest, model: files.get(manifest.onnx.file) ?? new Uint8Array() };
  port.postMessage(opening);
  let died: Error | undefined;
  if (typeof program === 'function') program(far);
  else
    startModelThread(program, far).on('error', (error) => {
      died = error;
    });
  let gone: Error | undefined;

  const ask = async (request: Rows, ms: number): Promise<RowScores> => {
    if (gone !== undefined) throw gone;
    const answer = await thread
      .ask(request, ms, [request.rows.buffer as ArrayBuffer])
      .catch((error: Error) => {
        gone ??= isTidewatchError(error, 'THREAD_TIME')
          ? onnxErrors.ONNX_TIME({ ms })
          : onnxErrors.ONNX_ENDED({ reason: error.message });
        void end();
        throw gone;
      });
    pool.put(answer.rows);
    if ('failure' in answer) throw failed(answer.failure);
    return answer.scored;
  };

  const pool = createPool(compileFeatures(manifest.features).width);
  let calls: Call[] = [];
  const send = () => {
    const all = calls;
    calls = [];
    for (const turn of turnsOf(all)) void serve(turn);
  };
  const serve = async (turn: readonly Call[]): Promise<void> => {
    try {
      const scored = await ask(pool.lay(turn), timeoutMs);
      for (const [i, part] of partsOf(scored, turn).entries()) turn[i]?.resolve(part);
    } catch (error) {
      // What is wrong with one call's rows is no matter of the others.
      if (turn.length > 1 && gone === undefined) for (const call of turn) void serve([call]);
      else for (const { reject } of turn) reject(error as Error);
    }
  };
  let ended: Promise<unknown> | undefined;
  const end = () => {
    ended ??= thread
      .ask({ end: true }, endMs)
      .catch(() => {
        // It ended, as it was asked to; or it is inside the runtime, and ends when it comes out.
      })
      .finally(() => port.close());
    return ended;
  };
  const ready = ask({ rows: new Float32Array(), count: 0 }, startMs);
  // Whoever asks is told.
  ready.catch(() => {});

  return {
    ready: async () => void (await ready),
    async score(rows, count) {
      await ready;
      return new Promise((resolve, reject) => {
        if (calls.push({ rows, count, resolve, reject }) === 1) queueMicrotask(send);
      });
    },
    async close() {
      gone ??= onnxErrors.ONNX_ENDED({ reason: 'it was closed' });
      await end();
    },
  };
}

/** The error that a thread or a process told of. */
export function failed({ code, details }: Failure): Error {
  const make = onnxErrors[code as keyof typeof onnxErrors];
  return make === undefined ? new Error(code) : make(details);
}
