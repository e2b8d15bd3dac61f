import type { Acceptance, RawRecord } from '@tidewatch/plugin';
import type { PatientAccept } from './patience.ts';

/** A bounded queue in front of the pipeline: what arrives while one batch is being taken makes up the next. */
export interface Batcher {
  /** Queues records. Whoever can wait stops when `full` is true afterwards; who can't asks before. */
  push(records: readonly RawRecord[]): void;
  readonly full: boolean;
  /** Resolves when the queue is empty, with the number of records that were given up on. */
  settled(): Promise<number>;
}

export interface BatcherOptions {
  readonly source: string;
  readonly accept: PatientAccept;
  /** Most records of one call. */
  readonly batchRecords: number;
  /** How long the first record of a batch waits for others, in milliseconds. */
  readonly lingerMs: number;
  /** Bytes queued, with some for each record itself, from which on the queue is full. */
  readonly maxBytes: number;
  /** The queue was full and is not any more. */
  readonly drained: () => void;
  readonly answered: (answers: readonly Acceptance[]) => void;
}

/** What a record costs beside its bytes. */
const overhead = 256;

export function createBatcher(options: BatcherOptions): Batcher {
  let queue: RawRecord[] = [];
  let bytes = 0;
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  const isFull = (): boolean => bytes >= options.maxBytes;

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    sending ??= drain().finally(() => {
      sending = undefined;
    });
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, options.batchRecords);
      queue = queue.slice(batch.length);
      const answers = await options.accept(options.source, batch);
      if (answers === undefined) lost += batch.length;
      else options.answered(answers);
      const wasFull = isFull();
      for (const record of batch) bytes -= record.bytes.length + overhead;
      if (wasFull && !isFull()) options.drained();
    }
  }

  return {
    push(records) {
      for (const record of records) {
        queue.push(record);
        bytes += record.bytes.length + overhead;
      }
      if (sending !== undefined || queue.length === 0) return;
      if (options.lingerMs === 0 || queue.length >= options.batchRecords) send();
      else timer ??= setTimeout(send, options.lingerMs);
    },
    get full() {
      return isFull();
    },
    async settled() {
      while (queue.length > 0 || sending !== undefined) {
        send();
        await sending;
      }
      return lost;
    },
  };
}
