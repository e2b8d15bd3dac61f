/**
 * The detectors' thread, which ends in the middle of a batch as soon as there is a file `end` beside its own; where there is a file
 * `full`, what it writes down of a forest fails once, as on a full disk. Either takes the file away.
 */
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import Libsql from 'libsql';
import type { Request, ThreadData } from './protocol.ts';
import './worker.ts';

const beside = (name: string) => join(dirname((workerData as ThreadData).file), name);
const taken = (sign: string): boolean => {
  const there = existsSync(sign);
  if (there) rmSync(sign);
  return there;
};

parentPort?.on('message', ({ ask }: Request) => {
  if (ask === 'take' && taken(beside('end'))) process.exit(3);
});

const prepare: (sql: string) => Libsql.Statement = Libsql.prototype.prepare;
Object.assign(Libsql.prototype, {
  prepare(this: Libsql.Database, sql: string): Libsql.Statement {
    const statement = prepare.call(this, sql);
    if (!sql.includes('INTO steps')) return statement;
    const run = statement.run.bind(statement);
    return Object.assign(statement, {
      run(...values: unknown[]) {
        if (taken(beside('full'))) throw new Error('database or disk is full');
        return run(...values);
      },
    });
  },
});
