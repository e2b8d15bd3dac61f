import { errors } from '../errors.ts';
import type { AppendRow, Engine, SqlRow, SqlValue } from './engine.ts';

/** What the adapter tells the operator; pino's loggers fit. */
export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface Reader {
  read(sql: string, values?: readonly SqlValue[]): Promise<SqlRow[]>;
}

export interface Writer extends Reader, Pick<Engine, 'append' | 'commitEvents'> {
  /** Answers how many rows changed. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
  /** All of `work` or nothing; it may write to one attached file. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
}

/** Of a commit whose checkpoint failed, and of whatever comes after. */
const invalidated = /database "([^"]+)"[ .]+(?:The database )?has been invalidated/i;

export interface AttachOptions {
  /** See {@link Engine.attach}. */
  readonly isSmall?: boolean;
  /**
   * Reads what the file says of itself, whenever it has been attached: anew, too, after it had failed, for what is known
   * may be of an attempt that failed. Where this rejects the file is not attached.
   */
  readonly learn?: (file: Reader) => Promise<void>;
}

/** The files that are attached to one engine: writers take turns, readers run beside them on snapshots. */
export class Database {
  private readonly engine: Engine;
  private readonly writer: Writer;
  private turn: Promise<unknown> = Promise.resolve();
  /** How to attach each file anew. */
  private readonly attached = new Map<string, () => Promise<void>>();
  private readonly invalid = new Set<string>();
  private closed = false;
  private closing: Promise<void> | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
    this.writer = {
      read: (sql, values = []) => engine.readAsWriter(sql, values),
      run: (sql, values = []) => engine.run(sql, values),
      append: (alias: string, table: string, rows: readonly AppendRow[]) => engine.append(alias, table, rows),
      commitEvents: (...args) => engine.commitEvents(...args),
      transaction: (work) => this.transaction(work),
    };
  }

  /** As {@link Engine.attach}. */
  async attach(
    file: string,
    alias: string,
    tables: readonly string[],
    { isSmall, learn }: AttachOptions = {},
  ): Promise<void> {
    const attach = async () => {
      await this.engine.attach(file, alias, tables, isSmall);
      try {
        // As the writer: readers may all be busy, for as long as they may.
        await learn?.(this.writer);
      } catch (error) {
        await this.engine.detach(alias);
        throw error;
      }
    };
    await attach();
    this.attached.set(alias, async () => {
      // What is not attached since the last try failed can't be detached.
      await this.engine.detach(alias).catch(() => {});
      await attach();
    });
  }

  /** Idempotent. */
  async detach(alias: string): Promise<void> {
    if (!this.attached.has(alias)) return;
    await this.engine.detach(alias);
    this.attached.delete(alias);
    this.invalid.delete(alias);
  }

  /** As {@link Engine.read}. */
  async read(sql: string, values: readonly SqlValue[] = [], withinMs?: number): Promise<SqlRow[]> {
    if (this.closed) throw errors.STORE_CLOSED();
    return this.engine.read(sql, values, withinMs);
  }

  /** As {@link Engine.background}. */
  async background(sql: string): Promise<void> {
    if (this.closed) throw errors.STORE_CLOSED();
    await this.engine.background(sql);
  }

  /** Runs `work` when every writer before has finished. */
  async write<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    if (this.closed) throw errors.STORE_CLOSED();
    const mine = this.turn.then(async () => {
      await this.reviveInvalid();
      return work(this.writer);
    });
    mine.catch((error: unknown) => this.noteInvalid(error));
    this.turn = mine.catch(() => {});
    return mine;
  }

  isClosed(): boolean {
    return this.closed;
  }

  /** Lets everything under way finish, brings the files up to date, and closes. Idempotent. */
  close(): Promise<void> {
    this.closed = true;
    this.closing ??= this.turn.then(() => this.engine.close());
    return this.closing;
  }

  /** DuckDB gives a file up whose checkpoint failed, as on a full disk; what was committed is in it all the same. */
  private noteInvalid(error: unknown): void {
    const [, alias = ''] = invalidated.exec((error as Error).message) ?? [];
    if (this.attached.has(alias)) this.invalid.add(alias);
  }

  private async reviveInvalid(): Promise<void> {
    for (const alias of this.invalid) {
      await this.attached.get(alias)?.();
      this.invalid.delete(alias);
    }
  }

  private async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.engine.run('BEGIN', []);
    try {
      const result = await work();
      await this.engine.run('COMMIT', []);
      return result;
    } catch (error) {
      // A failed commit has rolled back already, and says so.
      await this.engine.run('ROLLBACK', []).catch(() => {});
      throw error;
    }
  }
}
