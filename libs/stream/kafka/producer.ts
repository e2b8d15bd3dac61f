import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import type { Connection } from './client.ts';
import { type Message, protocolError, reasonOf } from './protocol.ts';

export interface ProducerConfig {
  readonly connection: Connection;
  readonly topic: string;
  readonly partitions: number;
  readonly codec: number;
  /** Records that go in one request. */
  readonly batchBytes: number;
  /** How long a batch is tried. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

export interface Producer {
  /** Bytes that wait to be sent, or for their acknowledgement. */
  readonly waiting: number;
  /** The offset of the first, the rest follow it. Rejects when the brokers did not take them in time. */
  send(partition: number, messages: readonly Message[], bytes: readonly number[]): Promise<number[]>;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

/** One call's records of one partition, or a part of them. */
interface Piece {
  readonly call: Call;
  readonly messages: readonly Message[];
  readonly bytes: number;
  readonly until: number;
  readonly resolve: (first: number) => void;
  readonly reject: (error: unknown) => void;
}

/** What a call's pieces share: where one was not taken those after it are not sent, so that no gap is written. */
interface Call {
  failure?: unknown;
}

const firstPauseMs = 50;
const longestPauseMs = 1_000;
const lastSequence = 0x7fffffff;
/** The broker and this sender disagree about what was written before: begun anew. */
const sequenceErrors = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

/** Sends with acks=all. Whatever comes while one request of a partition is under way makes its next. */
export function createProducer(config: ProducerConfig): Producer {
  let waiting = 0;
  let settled = () => {};
  const lanes = Array.from({ length: config.partitions }, (_, partition) => createLane(config, partition));

  async function enqueue(
    lane: Lane,
    call: Call,
    messages: readonly Message[],
    bytes: number,
  ): Promise<number[]> {
    waiting += bytes;
    try {
      const first = await lane(call, messages, bytes);
      return messages.map((_, i) => first + i);
    } finally {
      waiting -= bytes;
      if (waiting === 0) settled();
    }
  }

  return {
    get waiting() {
      return waiting;
    },
    async send(partition, messages, bytes) {
      const lane = lanes[partition] as Lane;
      const parts: Promise<number[]>[] = [];
      const call: Call = {};
      for (let begin = 0; begin < messages.length; ) {
        let end = begin;
        let size = 0;
        do size += bytes[end++] as number;
        while (end < messages.length && size + (bytes[end] as number) <= config.batchBytes);
        parts.push(enqueue(lane, call, messages.slice(begin, end), size));
        begin = end;
      }
      return (await Promise.all(parts)).flat();
    },
    idle: () =>
      waiting === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            settled = resolve;
          }),
  };
}

type Lane = (call: Call, messages: readonly Message[], bytes: number) => Promise<number>;

/**
 * The requests of one partition, one at a time, with a producer id and sequence numbers of its own: a request that is
 * tried again is written once, and what one partition goes through touches no other.
 */
function createLane(config: ProducerConfig, partition: number): Lane {
  const { connection, topic, codec, batchBytes, timeoutMs, log } = config;
  const queue: Piece[] = [];
  let producer: { readonly producerId: unknown; readonly producerEpoch: number } | undefined;
  let sequence = 0;
  let running = false;

  function take(): Piece[] {
    let bytes = 0;
    let count = 0;
    for (const piece of queue) {
      if (count > 0 && bytes + piece.bytes > batchBytes) break;
      bytes += piece.bytes;
      count++;
    }
    return queue.splice(0, count);
  }

  async function attempt(messages: readonly Message[]): Promise<number> {
    const node = await connection.leader(topic, partition);
    if (producer === undefined || sequence > lastSequence - messages.length) {
      producer = await node.initProducerId({ transactionTimeout: 0 });
      sequence = 0;
    }
    const { topics } = await node.produce({
      acks: -1,
      timeout: timeoutMs,
      compression: codec,
      ...producer,
      topicData: [{ topic, partitions: [{ partition, firstSequence: sequence, messages }] }],
    });
    const base = Number(topics[0]?.partitions[0]?.baseOffset);
    sequence += messages.length;
    return base;
  }

  async function sendAll(pieces: readonly Piece[]): Promise<void> {
    const messages = pieces.flatMap((piece) => piece.messages);
    const until = Math.min(...pieces.map((piece) => piece.until));
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        let offset = await attempt(messages);
        for (const piece of pieces) {
          piece.resolve(offset);
          offset += piece.messages.length;
        }
        return;
      } catch (error) {
        if (sequenceErrors.has(protocolError(error) ?? '')) producer = undefined;
        if (Date.now() + pause > until) {
          // Whether it was written is open, so its sequence numbers can't be given to the next.
          producer = undefined;
          for (const { call, reject } of pieces) {
            call.failure = error;
            reject(error);
          }
          return;
        }
        log.warn(
          { topic, partition, pause, reason: reasonOf(error) },
          'Kafka did not take a batch; trying again',
        );
        await setTimeout(pause);
        await connection.refresh();
      }
    }
  }

  async function run(): Promise<void> {
    running = true;
    // Appends of this turn of the event loop go together.
    await null;
    while (queue.length > 0) {
      const sendable = take().filter(({ call, reject }) => {
        if (call.failure !== undefined) reject(call.failure);
        return call.failure === undefined;
      });
      if (sendable.length > 0) await sendAll(sendable);
    }
    running = false;
  }

  return (call, messages, bytes) =>
    new Promise((resolve, reject) => {
      queue.push({ call, messages, bytes, until: Date.now() + timeoutMs, resolve, reject });
      if (!running) void run();
    });
}
