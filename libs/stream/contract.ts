/** Where a record stands in a stream, for ever. Offsets grow by one within a partition, from 0. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
}

export interface NewRecord {
  /** Records with one key share a partition, and so keep their order. */
  readonly key: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Not to be changed once handed over: consumers in the same process may get these very bytes. */
  readonly value: Uint8Array;
  /**
   * What the appender knows of `value`, such as an event's head: consumers in the same process get it without reading.
   * It is shared, so nobody may change it, and kept until they come to it, so it should be small.
   */
  readonly decoded?: unknown;
}

export interface StreamRecord extends NewRecord {
  readonly headers: Readonly<Record<string, string>>;
  readonly position: Position;
  /** When the log took it, epoch milliseconds. */
  readonly appendedAt: number;
}

/** Records of one partition, in order, without gaps but for what retention deleted. */
export interface Batch {
  readonly stream: string;
  readonly partition: number;
  readonly records: readonly StreamRecord[];
}

export interface Subscription {
  /** Groups read independently; each has its own committed positions. */
  readonly group: string;
  /** At most this many records a batch (default 2,000). */
  readonly maxRecords?: number;
  /** Where a group without a committed position begins (default `earliest`). */
  readonly from?: 'earliest' | 'latest';
  /**
   * A partition was given to this consumer. A stage with state restores its snapshot here and returns the offset that
   * the snapshot stands for; undefined means the group's committed position.
   */
  readonly assigned?: (partition: number) => Promise<number | undefined>;
  /**
   * Who commits: each batch's end once `process` resolved (default), or the subscriber by {@link Consumer.commit}, for
   * a stage whose effect is durable only with its next snapshot.
   */
  readonly commits?: 'batch' | 'manual';
  /**
   * Handles one batch. When it resolves, the effect is durable and the position may be committed. When it rejects,
   * nothing is committed and the same records come again after a growing pause (100 ms to 10 s): a consumer whose sink
   * is down waits, it does not skip. One call at a time per partition.
   */
  readonly process: (batch: Batch) => Promise<void>;
  /**
   * The partition goes to another consumer: flush its state. No `process` for it is under way any more. `lost`: another
   * has it already, so what is kept under the partition's name is that one's.
   */
  readonly revoked?: (partition: number, lost?: boolean) => Promise<void>;
}

export interface Consumer {
  /**
   * Resolves when everything appended before the call has been processed and committed (with manual commits: processed;
   * what was committed is durable). Rejects with `CONSUMER_CLOSED` if the consumer closes before.
   */
  drain(): Promise<void>;
  /** Manual commits: the effect of everything before `position` in its partition is durable. Never moves back. */
  commit(position: Position): void;
  /** Finishes the batches under way, commits, and stops; a batch that waits to be retried is given up. Idempotent. */
  close(): Promise<void>;
}

export interface GroupLag {
  readonly group: string;
  readonly records: number;
  /** Age of the oldest record not yet committed, in seconds; 0 when there is none. */
  readonly seconds: number;
}

export interface StreamStats {
  readonly stream: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly first: number;
    readonly next: number;
  }[];
  readonly bytes: number;
  readonly groups: readonly GroupLag[];
  readonly damage: Damage;
  /** Records that hard retention deleted before a group had read them, since start; absent where the log can't tell. */
  readonly deletedUnread?: number;
}

/** Damage found at start and since. Old segments are checked when they are read. */
export interface Damage {
  /** Ends of files that hold less than a record: what an append that was never acknowledged leaves. Cut. */
  readonly tornTails: number;
  /** Records with a wrong checksum, set aside. */
  readonly quarantinedRecords: number;
  readonly quarantinedBytes: number;
  /** Records of segments that are gone, or end early, though nobody deleted them through the log. */
  readonly missingRecords: number;
}

/**
 * A named, partitioned, durable log.
 *
 * Promise:
 * - `append` resolves only when all its records are durable, and gives their positions in the order given. It is
 *   atomic to the caller: it resolves for all or rejects; after a crash a prefix of an unacknowledged append may remain.
 * - Order holds within a partition; a reader never sees a record before it is durable.
 * - A group resumes after a crash at its last committed position: at least once, never past a record whose effect was
 *   not durable.
 * - Over its disk budget `append` rejects with `STREAM_FULL` (429): it never drops, and what is unread by a group stays.
 * - Damage found on start is cut or set aside, counted in {@link StreamStats} and logged; never silent.
 */
export interface Stream {
  readonly name: string;
  append(records: readonly NewRecord[]): Promise<Position[]>;
  subscribe(subscription: Subscription): Promise<Consumer>;
  /** Reads up to `limit` records from a position on, for people (dead letters, evidence); not a group. */
  read(from: Position, limit: number): Promise<StreamRecord[]>;
  stats(): Promise<StreamStats>;
  /** What {@link deleteBefore} would delete by now, of each partition where it is anything. */
  dueBefore(before: number): Promise<readonly { readonly partition: number; readonly records: number }[]>;
  /** Deletes whole segments whose every record is older than `before` (epoch ms) and read by every group. */
  deleteBefore(before: number): Promise<{ readonly records: number; readonly bytes: number }>;
  /**
   * The disk is nearly full: frees some of what every group has read, in all streams of the log, without waiting for it.
   * Absent where the disk is not this process'.
   */
  readonly relieve?: () => void;
  /**
   * Opens the stream that `group` reads instead of this one, once its records were written there under other keys.
   * Absent where one process has every partition, and can hand the records over in memory.
   */
  readonly repartition?: (group: string) => Promise<Stream>;
  /**
   * How many consumers each of these groups has by now, 0 where there is no such group. One that was killed counts until its
   * session is over. Absent where one process has every partition.
   */
  readonly readers?: (groups: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** A group that no longer exists: its positions are deleted, and hold nothing back any more. Not while it reads. */
  forgetGroup(group: string): Promise<void>;
  /** Flushes, and stops taking records. Idempotent. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /**
   * Whether, under disk pressure, what every group has read may be deleted (default true). False keeps it until
   * retention: a group that only counts the dead letters has not dealt with them.
   */
  readonly reclaim?: boolean;
  /** Partitions of a stream that does not exist yet (default: the log's). An existing one never loses any. */
  readonly partitions?: number;
  /** What the log deletes by itself, besides {@link Stream.deleteBefore}. */
  readonly retention?: StreamRetention;
}

export interface StreamRetention {
  /** Records older than this go, in milliseconds. */
  readonly ms?: number;
  /** The oldest records go when the stream is larger. */
  readonly bytes?: number;
  /**
   * What a group has not read stays by default, whatever its age or size. True: it goes too, is counted as lost, and
   * said (`tidewatch_stream_deleted_unread_records`).
   */
  readonly hard?: boolean;
}

/** Opens streams of one log: a directory of write-ahead logs, or a Kafka cluster. */
export interface Log {
  open(name: string, options?: OpenOptions): Promise<Stream>;
  close(): Promise<void>;
}
