import { errors } from '../errors.ts';
import type { AppendRow, Engine, SqlRow, SqlValue } from './engine.ts';

/** What the adapter tells the operator; pino's loggers fit. */
export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface Writer extends Pick<Engine, 'append' | 'commitEvents'> {
  read(sql: string, values?: readonly SqlValue[]): Promise<SqlRow[]>;
  /** Answers how many rows changed. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
  /** All of `work` or nothing; it may write to one attached file. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
}

/** The files that are attached to one engine: writers take turns, readers run beside them on snapshots. */
export class Database {
  private readonly engine: Engine;
  private readonly writer: Writer;
  private turn: Promise<unknown> = Promise.resolve();
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
  attach(file: string, alias: string, tables: readonly string[]): Promise<void> {
    return this.engine.attach(file, alias, tables);
  }

  detach(alias: string): Promise<void> {
    return this.engine.detach(alias);
  }

  /** As {@link Engine.read}. */
  async read(sql: string, values: readonly SqlValue[] = []): Promise<SqlRow[]> {
    if (this.closed) throw errors.STORE_CLOSED();
    return this.engine.read(sql, values);
  }

  /** Runs `work` when every writer before has finished. */
  async write<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    if (this.closed) throw errors.STORE_CLOSED();
    const mine = this.turn.then(() => work(this.writer));
    this.turn = mine.catch(() => {});
    return mine;
  }

  /** Lets everything under way finish, brings the files up to date, and closes. Idempotent. */
  close(): Promise<void> {
    this.closed = true;
    this.closing ??= this.turn.then(() => this.engine.close());
    return this.closing;
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
