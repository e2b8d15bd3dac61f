import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  listValue,
} from '@duckdb/node-api';
import { isTidewatchError } from '@tidewatch/event';
import { errors } from '../errors.ts';
import { removeStillborn } from './durable_file.ts';
import type { EventBatch } from './event_batch.ts';
import { createEventCommit, type StreamPosition } from './event_commit.ts';
import type { EventFacts } from './event_rows.ts';
import { quoteName, quoteText } from './quote_name.ts';
import { longestReadMs } from './time_limit.ts';

export type SqlValue = string | number | boolean | null | readonly string[];
export type SqlRow = readonly (string | number | boolean | null)[];
/** bigint columns take bigints, double columns numbers. */
export type AppendRow = readonly (string | number | bigint | boolean | null)[];

export interface EngineOptions {
  /** Folder for what a query can't hold in memory; made when it is needed, in one that exists. Nobody else's. */
  readonly spill: string;
  readonly memoryLimitMb: number;
  readonly threads: number;
}

/**
 * DuckDB, in this thread or another: arguments and answers can be sent between threads. Whoever writes sees to it that
 * only one does so at a time.
 */
export interface Engine {
  /**
   * Attaches a file, creating it and its tables where they are missing; `isSmall` of a file to be made says that it is
   * not for many rows.
   *
   * @throws STORE_LOCKED, STORE_DAMAGED, STORE_VERSION
   */
  attach(file: string, alias: string, tables: readonly string[], isSmall?: boolean): Promise<void>;
  detach(alias: string): Promise<void>;
  /**
   * Runs a query on a connection of its own; `$1` and on are the values. Whole numbers come back as numbers.
   *
   * @param withinMs the wait for a connection included
   * @throws QUERY_TIMED_OUT, QUERY_TOO_WIDE
   */
  read(sql: string, values: readonly SqlValue[], withinMs?: number): Promise<SqlRow[]>;
  /** Runs a statement that may take minutes, on a connection of its own beside reads and writes. */
  background(sql: string): Promise<void>;
  /** As `read`, within the transaction under way. */
  readAsWriter(sql: string, values: readonly SqlValue[]): Promise<SqlRow[]>;
  /** Answers how many rows changed. */
  run(sql: string, values: readonly SqlValue[]): Promise<number>;
  append(alias: string, table: string, rows: readonly AppendRow[]): Promise<void>;
  /**
   * Writes the events' rows, the paths that are new to the file, which it answers, and how far the stream is stored, in
   * one transaction of its own. The batch's memory may be taken.
   */
  commitEvents(alias: string, batch: EventBatch, positions: readonly StreamPosition[]): Promise<EventFacts>;
  /** Lets reads under way finish, brings the files up to date, and closes. */
  close(): Promise<void>;
}

/** Reads that run at the same time; more wait. */
const readers = 4;

/** DuckDB hears of an interruption only while it runs a query, not while it plans one. */
const interruptEveryMs = 100;

/** What DuckDB says where a query, and not the store, is to blame. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [
    /^Out of Memory Error|failed to (?:allocate|pin)/,
    'The query takes more memory than the store may use (store.memory). Ask for fewer fields, or about a shorter time.',
  ],
  [/pattern too large|invalid repetition/, 'A regex or a list of patterns in the query is too large.'],
];

function readFailure(error: Error): Error {
  const problem = refusals.find(([pattern]) => pattern.test(error.message))?.[1];
  return problem === undefined ? error : errors.QUERY_TOO_WIDE({ problem });
}

/** Layout of the files; a reader of another layout must migrate them. */
const layoutVersion = 2;

/** Rows that are stored as one: each checkpoint writes the last, half full group again, so small ones write least. */
const rowGroupSize = 16_384;

/** Bytes of a block, the least that a file grows by, where few rows are expected; DuckDB's own are 16 times as large. */
const smallBlock = 16_384;

/** Opens DuckDB in this thread. */
export async function openEngine({ spill, memoryLimitMb, threads }: EngineOptions): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryLimitMb}MB`,
    temp_directory: spill,
    // Nothing is ever fetched: what is needed is built in.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const writer = await instance.connect();
  // Small steps, and no method that buffers whole vectors: a checkpoint of large documents has to fit the memory limit,
  // since one that fails invalidates the file until it is attached again.
  await writer.run(`SET GLOBAL wal_autocheckpoint = '${Math.min(64, Math.floor(memoryLimitMb / 4))}MB'`);
  // Sealed files don't change: where their columns begin is read once.
  await writer.run('SET GLOBAL parquet_metadata_cache = true');
  await writer.run("SET GLOBAL disabled_compression_methods = 'zstd'");
  const idle = await Promise.all(Array.from({ length: readers }, () => instance.connect()));
  return new LocalEngine(instance, writer, idle, memoryLimitMb * 8);
}

/** One DuckDB instance in memory, to which files are attached: a connection for the writer, and a few for readers. */
class LocalEngine implements Engine {
  private readonly instance: DuckDBInstance;
  private readonly spillMb: number;
  private readonly writer: DuckDBConnection;
  private readonly events: ReturnType<typeof createEventCommit>;
  private readonly idle: DuckDBConnection[];
  private readonly waiting: ((connection: DuckDBConnection) => void)[] = [];
  private reading = 0;
  private idleAgain: (() => void) | undefined;
  /** Attached files that were written to since they were attached. */
  private readonly written = new Set<string>();

  constructor(instance: DuckDBInstance, writer: DuckDBConnection, idle: DuckDBConnection[], spillMb: number) {
    this.instance = instance;
    this.spillMb = spillMb;
    this.writer = writer;
    this.events = createEventCommit(writer);
    this.idle = idle;
  }

  async attach(file: string, alias: string, tables: readonly string[], isSmall = false): Promise<void> {
    await removeStillborn(file);
    const name = quoteName(alias);
    // No more than what is free when it is set, or first used: after a full disk that would be too little for ever.
    await this.writer.run(`SET GLOBAL max_temp_directory_size = '${this.spillMb}MB'`);
    const blocks = isSmall ? `, BLOCK_SIZE ${smallBlock}` : '';
    try {
      await this.writer.run(`ATTACH ${quoteText(file)} AS ${name} (ROW_GROUP_SIZE ${rowGroupSize}${blocks})`);
    } catch (error) {
      const problem = (error as Error).message;
      if (problem.includes('lock')) throw errors.STORE_LOCKED({ file });
      throw errors.STORE_DAMAGED({ file, problem });
    }
    try {
      await this.writer.run(`BEGIN; CREATE TABLE IF NOT EXISTS ${name}.layout(version INTEGER)`);
      const [row] = await readOn(this.writer, `SELECT version FROM ${name}.layout`, []);
      if (row === undefined) await this.writer.run(`INSERT INTO ${name}.layout VALUES (${layoutVersion})`);
      else if (row[0] !== layoutVersion)
        throw errors.STORE_VERSION({ file, found: row[0], known: layoutVersion });
      for (const table of tables) await this.writer.run(`CREATE TABLE IF NOT EXISTS ${name}.${table}`);
      await this.writer.run('COMMIT');
    } catch (error) {
      await this.writer.run('ROLLBACK').catch(() => {});
      await this.writer.run(`DETACH ${name}`);
      if (isTidewatchError(error)) throw error;
      throw errors.STORE_DAMAGED({ file, problem: (error as Error).message });
    }
  }

  async detach(alias: string): Promise<void> {
    this.written.delete(alias);
    this.events.forget(alias);
    await this.writer.run(`DETACH ${quoteName(alias)}`);
  }

  async read(sql: string, values: readonly SqlValue[], withinMs = longestReadMs): Promise<SqlRow[]> {
    this.reading++;
    const deadline = performance.now() + withinMs;
    const connection =
      this.idle.pop() ?? (await new Promise<DuckDBConnection>((resolve) => this.waiting.push(resolve)));
    let late = performance.now() > deadline;
    const interrupt = (): void => {
      late = true;
      connection.interrupt();
      timer = setTimeout(interrupt, interruptEveryMs);
    };
    let timer = setTimeout(interrupt, deadline - performance.now());
    try {
      if (late) throw errors.QUERY_TIMED_OUT({ what: 'a query' });
      return await readOn(connection, sql, values);
    } catch (error) {
      throw late ? errors.QUERY_TIMED_OUT({ what: 'a query' }) : readFailure(error as Error);
    } finally {
      clearTimeout(timer);
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(connection);
      else next(connection);
      if (--this.reading === 0) this.idleAgain?.();
    }
  }

  async background(sql: string): Promise<void> {
    this.reading++;
    const connection = await this.instance.connect();
    try {
      await connection.run(sql);
    } finally {
      connection.closeSync();
      if (--this.reading === 0) this.idleAgain?.();
    }
  }

  readAsWriter(sql: string, values: readonly SqlValue[]): Promise<SqlRow[]> {
    return readOn(this.writer, sql, values);
  }

  async run(sql: string, values: readonly SqlValue[]): Promise<number> {
    return (await this.writer.run(sql, values.map(toDuckDb), typesOf(values))).rowsChanged;
  }

  async append(alias: string, table: string, rows: readonly AppendRow[]): Promise<void> {
    this.written.add(alias);
    const appender = await this.writer.createAppender(table, 'main', alias);
    try {
      let count = 0;
      for (const row of rows) {
        for (const value of row) appendValue(appender, value);
        appender.endRow();
        // Handing rows over is work of this thread; others get a turn in between.
        if (++count % sliceRows === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      appender.closeSync();
    }
  }

  async commitEvents(
    alias: string,
    batch: EventBatch,
    positions: readonly StreamPosition[],
  ): Promise<EventFacts> {
    this.written.add(alias);
    return this.events.commit(alias, batch, positions);
  }

  async close(): Promise<void> {
    // On a full disk that fails; what was committed stands in the file's own log, where the next start finds it.
    for (const alias of this.written) await this.writer.run(`CHECKPOINT ${quoteName(alias)}`).catch(() => {});
    if (this.reading > 0) {
      await new Promise<void>((resolve) => {
        this.idleAgain = resolve;
      });
    }
    for (const connection of [this.writer, ...this.idle]) connection.closeSync();
    this.instance.closeSync();
  }
}

/** Rows handed over before the event loop gets a turn: some 5 ms with documents of 2 KB. */
const sliceRows = 100;

async function readOn(
  connection: DuckDBConnection,
  sql: string,
  values: readonly SqlValue[],
): Promise<SqlRow[]> {
  const reader = await connection.runAndReadAll(sql, values.map(toDuckDb), typesOf(values));
  return reader.getRows().map((row) => row.map(fromDuckDb));
}

function appendValue(appender: DuckDBAppender, value: AppendRow[number]): void {
  if (value === null) appender.appendNull();
  else if (typeof value === 'string') appender.appendVarchar(value);
  else if (typeof value === 'bigint') appender.appendBigInt(value);
  else if (typeof value === 'number') appender.appendDouble(value);
  else appender.appendBoolean(value);
}

/**
 * Without a type a bigint is bound as a HUGEINT, and all arithmetic with it is slow; a large whole number is refused.
 * Undefined leaves the choice.
 */
const typesOf = (values: readonly SqlValue[]): DuckDBType[] =>
  values.map((value) =>
    typeof value !== 'number' ? undefined : Number.isSafeInteger(value) ? BIGINT : DOUBLE,
  ) as DuckDBType[];

function toDuckDb(value: SqlValue): DuckDBValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  return Array.isArray(value) ? listValue(value) : (value as DuckDBValue);
}

function fromDuckDb(value: DuckDBValue): SqlRow[number] {
  if (typeof value === 'bigint') return Number(value);
  return value as SqlRow[number];
}
