/**
 * What is used of kafkajs beneath its consumer and producer: one broker's requests, and the cluster's metadata. The
 * consumer holds up every partition of a broker while one is slow, tells of a rebalance without waiting for an answer, and
 * on an offset out of range skips to the end; the producer loses track of its sequence numbers after a failed request. Its
 * requests and its encoding are right, and those are used here.
 */
export interface Node {
  readonly nodeId: number;
  produce(request: {
    readonly acks: -1;
    readonly timeout: number;
    readonly compression: number;
    readonly producerId: unknown;
    readonly producerEpoch: number;
    readonly topicData: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly firstSequence: number;
        readonly messages: readonly Message[];
      }[];
    }[];
  }): Promise<{
    readonly topics: readonly { readonly partitions: readonly { readonly baseOffset: string }[] }[];
  }>;
  initProducerId(request: { readonly transactionTimeout: number }): Promise<{
    readonly producerId: unknown;
    readonly producerEpoch: number;
  }>;
  fetch(request: FetchRequest): Promise<{ readonly responses: readonly FetchedTopic[] }>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
  }>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: MemberRequest): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(request: MemberRequest & { readonly topics: readonly TopicOffsets[] }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{ readonly responses: readonly TopicOffsets[] }>;
}

interface MemberRequest {
  readonly groupId: string;
  readonly groupGenerationId: number;
  readonly memberId: string;
}

export interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

export interface FetchRequest {
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

export interface FetchedTopic {
  readonly topicName: string;
  readonly partitions: readonly FetchedPartition[];
}

export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset?: string;
  readonly abortedTransactions?:
    | readonly { readonly producerId: string; readonly firstOffset: string }[]
    | null;
  readonly messages: readonly FetchedMessage[];
}

/** What is sent. A null value in a compacted topic deletes its key. */
export interface Message {
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | Buffer[] | undefined>>;
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

/** Kafka's name of an error a broker answered with, such as `NOT_LEADER_FOR_PARTITION`; undefined for any other. */
export function protocolError(error: unknown): string | undefined {
  return (error as { type?: string }).type;
}

/** A name that comes several times has its last value. */
export function headersOf<T>(
  headers: FetchedMessage['headers'],
  convert: (bytes: Buffer) => T,
): Readonly<Record<string, T>> {
  const converted: Record<string, T> = {};
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    converted[name] = convert(last ?? Buffer.alloc(0));
  }
  return converted;
}

/** For messages: the innermost reason, without kafkajs's wrapping. */
export function reasonOf(error: unknown): string {
  let inner = error as Error & { cause?: unknown; type?: string };
  while (inner.cause instanceof Error) inner = inner.cause as typeof inner;
  return inner.type ?? inner.message;
}

const abortMarker = 0;

/**
 * The records of transactions that were committed, and those of none. A broker sends the others too, with the
 * transactions that were aborted (KIP-98).
 */
export function committed({ messages, abortedTransactions }: FetchedPartition): readonly FetchedMessage[] {
  const aborted = [...(abortedTransactions ?? [])].sort(
    (a, b) => Number(a.firstOffset) - Number(b.firstOffset),
  );
  if (aborted.length === 0 && !messages.some(({ isControlRecord }) => isControlRecord)) return messages;
  const open = new Set<string>();
  let next = 0;
  return messages.filter(({ offset, key, isControlRecord, batchContext }) => {
    for (; next < aborted.length && Number(aborted[next]?.firstOffset) <= Number(offset); next++)
      open.add(aborted[next]?.producerId as string);
    if (batchContext === undefined) return true;
    if (isControlRecord) {
      if (key !== null && key.readInt16BE(2) === abortMarker) open.delete(batchContext.producerId);
      return false;
    }
    return !(batchContext.inTransaction && open.has(batchContext.producerId));
  });
}
