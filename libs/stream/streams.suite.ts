import type { Batch, Log, NewRecord, Stream, StreamRecord, Subscription } from './contract.ts';

export interface LogUnderTest {
  readonly log: Log;
  /** What a new process finds when the one before was killed at this moment: nothing is flushed, committed or closed first. */
  crash(): Promise<Log>;
  /** Closes whatever is open, and removes what was written. */
  dispose(): Promise<void>;
}

/** @param partitions how many a new stream gets */
export type OpenLog = (partitions: number) => Promise<LogUnderTest>;

export const text = new TextEncoder();

export const recordOf = (value: string, key = 'k'): NewRecord => ({ key, value: text.encode(value) });
export const textOf = (record: StreamRecord): string => Buffer.from(record.value).toString();
/** Values from `value <from>` to before `value <to>`. */
export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `value ${from + i}`);

/** Subscribes, and gathers the values that were processed. */
export async function follow(stream: Stream, group: string, rest: Partial<Subscription> = {}) {
  const values: string[] = [];
  const batches: Batch[] = [];
  const consumer = await stream.subscribe({
    group,
    process: async (batch) => {
      batches.push(batch);
      values.push(...batch.records.map(textOf));
    },
    ...rest,
  });
  return { values, batches, consumer };
}

/** Runs a test on a new stream of a new log, and removes both. */
export const onStream =
  (openLog: OpenLog) =>
  (partitions: number, test: (open: Stream, under: LogUnderTest) => Promise<void>) =>
  async (): Promise<void> => {
    const under = await openLog(partitions);
    try {
      await test(await under.log.open('events'), under);
    } finally {
      await under.dispose();
    }
  };
