import { type AlertJob, type AlertJobStore, createPart } from '../alert_jobs.ts';
import type { AlertSearch, Scope } from '../contract.ts';
import { errors } from '../errors.ts';
import { alterRows } from './alert_decisions.ts';
import type { AlertTable } from './alert_table.ts';
import { select, type Where } from './compile.ts';
import type { Database } from './database.ts';
import { quoteName } from './quote_name.ts';

export const jobTables = [
  'jobs(id VARCHAR, created_at BIGINT, revision BIGINT, job VARCHAR)',
  'chosen(job VARCHAR, number BIGINT, alert VARCHAR, version BIGINT)',
];

/** @param condition as SQL knows a request and its scope */
export function createAlertJobStore(
  database: Database,
  stored: AlertTable,
  condition: (request: Pick<AlertSearch, 'query' | 'range'>, scope: Scope) => Where,
  clock: () => number,
): AlertJobStore {
  const read = async (sql: string, values: readonly (string | number)[]): Promise<AlertJob[]> =>
    (await database.read(`SELECT job FROM alerts.jobs ${sql}`, values)).map(
      ([job]) => JSON.parse(job as string) as AlertJob,
    );
  return {
    save: (job) =>
      database.write(async (writer) => {
        const [row] = await writer.read('SELECT revision FROM alerts.jobs WHERE id = $1', [job.id]);
        if (((row?.[0] as number | undefined) ?? 0) !== job.revision - 1) return false;
        await writer.transaction(async () => {
          await writer.run('DELETE FROM alerts.jobs WHERE id = $1', [job.id]);
          const values = [job.id, job.createdAt, job.revision, JSON.stringify(job)];
          await writer.run('INSERT INTO alerts.jobs VALUES ($1, $2, $3, $4)', values);
        });
        return true;
      }),

    get: async (id) => (await read('WHERE id = $1', [id]))[0],

    list: (limit) => read('ORDER BY created_at DESC, id DESC LIMIT $1', [limit]),

    async choose(job, request, scope, most) {
      const where = condition(request, scope);
      const limit = `$${where.parameters.length + 1}`;
      // Found as any query finds, with its limit of time and beside those who write; in memory, where nobody else looks.
      const found = `memory.main.${quoteName(`chosen ${job}`)}`;
      try {
        // In the order of the file, so that a part's rows stand together.
        const [row] = await database.read(
          `CREATE OR REPLACE TABLE ${found} AS SELECT row_number() OVER (ORDER BY r) - 1 AS number, id, ` +
            `CAST(json_extract(alert, '$.version') AS BIGINT) AS version ` +
            `FROM (${select('rowid AS r, id, alert', 'alerts.alerts', where)}) LIMIT ${limit}`,
          [...where.parameters, most + 1],
        );
        if ((row?.[0] as number) > most)
          throw errors.QUERY_TOO_WIDE({
            problem: `Over ${most} alerts fit; narrow the query down, or the time.`,
          });
        return await database.write((writer) =>
          writer.transaction(async () => {
            await writer.run('DELETE FROM alerts.chosen WHERE job = $1', [job]);
            return writer.run(`INSERT INTO alerts.chosen SELECT $1, number, id, version FROM ${found}`, [
              job,
            ]);
          }),
        );
      } finally {
        // Readers that are all busy must not undo the choice; in memory, it goes with the process at the latest.
        await database.read(`DROP TABLE IF EXISTS ${found}`).catch(() => []);
      }
    },

    async chosen(job, from, limit) {
      const rows = await database.read(
        'SELECT alert, version FROM alerts.chosen WHERE job = $1 AND number >= $2 AND number < $3 ORDER BY number',
        [job, from, from + limit],
      );
      return rows.map(([id, version]) => ({ id: id as string, version: version as number }));
    },

    async work(part) {
      const { ids, become, counts } = createPart(part, clock());
      await database.write((writer) => alterRows(writer, stored, ids, become));
      return counts();
    },
  };
}
