import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Json } from '@tidewatch/event';
import type { AuditEntry, AuditHead, AuditLog, AuditRow, AuditSearch, AuditVerdict } from './contract.ts';
import type { Database } from './database.ts';

interface StoredRow {
  readonly seq: number;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly target: string;
  /** JSON text, hashed as it stands. */
  readonly detail: string;
  readonly hash: string;
}

interface Chain {
  readonly start_seq: number;
  readonly start_hash: string;
  readonly head_seq: number;
  readonly head_hash: string;
}

interface Waiting {
  readonly at: number;
  readonly entry: AuditEntry;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Rows checked or deleted before other work gets its turn. */
const chunk = 500;
/** Rows looked at in one go, found or not: some milliseconds. */
const searched = 2_000;
const textLimit = 1_024;

/** Closing the log writes what waits. */
export interface ClosableAuditLog extends AuditLog {
  flush(): void;
}

export function createAuditLog(db: Database, clock: () => number): ClosableAuditLog {
  const chainRow = db.prepare<Chain>('SELECT start_seq, start_hash, head_seq, head_hash FROM audit_chain');
  const setHead = db.prepare('UPDATE audit_chain SET head_seq = ?, head_hash = ?');
  const setStart = db.prepare('UPDATE audit_chain SET start_seq = ?, start_hash = ?');
  const insert = db.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)');
  const oldest = db.prepare<StoredRow>('SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?');
  const nextNow = db.prepare<Pick<StoredRow, 'at'>>(
    'SELECT at FROM audit WHERE seq > ? AND at <= ? ORDER BY seq LIMIT 1',
  );
  const remove = db.prepare('DELETE FROM audit WHERE seq <= ?');
  const newest = db.prepare<StoredRow>(
    'SELECT * FROM audit WHERE seq < ? AND seq >= ? AND (? IS NULL OR who = ?) AND (? IS NULL OR action GLOB ?) ' +
      'AND (? IS NULL OR target = ?) AND at >= ? AND at < ? ORDER BY seq DESC LIMIT ?',
  );
  const chain = () => chainRow.all()[0] as Chain;

  /** The first rows after one that were written before a time, a chunk at most. */
  function oldRows(seq: number, time: number): readonly StoredRow[] {
    const rows = oldest.all(seq, chunk);
    const now = clock();
    const next = nextNow.all(rows.at(-1)?.seq ?? 0, now)[0]?.at;
    const fresh = agesOf(rows, now, next).findIndex((at) => at >= time);
    return fresh === -1 ? rows : rows.slice(0, fresh);
  }

  let waiting: Waiting[] = [];
  let scheduled = false;

  const write = (batch: readonly Waiting[]) =>
    db.transaction(() => {
      let { head_seq: seq, head_hash: hash } = chain();
      for (const { at, entry } of batch) {
        const detail = JSON.stringify(entry.detail);
        const row = {
          seq: ++seq,
          at,
          who: storable(entry.who),
          action: entry.action,
          target: storable(entry.target),
          detail,
        };
        hash = chainHash(hash, row);
        insert.run(row.seq, row.at, row.who, row.action, row.target, row.detail, hash);
      }
      setHead.run(seq, hash);
    });

  const flush = () => {
    scheduled = false;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      write(batch);
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  };

  return {
    flush,
    append: (entry) =>
      new Promise((done, failed) => {
        waiting.push({ at: clock(), entry, done, failed });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      }),
    async read(search) {
      const { limit, signal } = search;
      const { start_seq } = chain();
      const rows: StoredRow[] = [];
      let before = Math.min(search.before ?? Number.MAX_SAFE_INTEGER, chain().head_seq + 1);
      while (before > start_seq + 1 && rows.length <= limit && signal?.aborted !== true) {
        const from = Math.max(before - searched, start_seq + 1);
        rows.push(...newest.all(before, from, ...asked(search), limit + 1 - rows.length));
        before = from;
        await nextTurn();
      }
      const items = rows.slice(0, limit).map(toAuditRow);
      const last = items.at(-1);
      return rows.length > limit && last !== undefined ? { items, next: last.seq } : { items };
    },
    verify: async (expected) => {
      const { start_seq, start_hash, head_seq, head_hash } = chain();
      let at: AuditHead = { seq: start_seq, hash: start_hash };
      let rows = 0;
      if (expected !== undefined && expected.seq > head_seq)
        return broken(head_seq + 1, `The log ends at row ${head_seq}, but row ${expected.seq} was written.`);
      if (expected !== undefined && expected.seq < start_seq)
        return broken(
          expected.seq,
          `Row ${expected.seq} is not kept any more, so nothing tells whether what follows is as written: compare with a newer one.`,
        );
      if (expected?.seq === start_seq && expected.hash !== start_hash)
        return broken(start_seq, `Row ${start_seq} is not the one that was written.`);
      while (at.seq < head_seq) {
        const now = chain();
        // Rows may be pruned meanwhile.
        if (now.start_seq >= head_seq) return { ok: true, rows, head: { seq: head_seq, hash: head_hash } };
        if (now.start_seq > at.seq) at = { seq: now.start_seq, hash: now.start_hash };
        const next: readonly StoredRow[] = oldest.all(at.seq, Math.min(chunk, head_seq - at.seq));
        if (next.length === 0) return broken(at.seq + 1, `Row ${at.seq + 1} and all after it are missing.`);
        for (const row of next) {
          if (row.seq !== at.seq + 1) return broken(at.seq + 1, `Row ${at.seq + 1} is missing.`);
          if (row.hash !== chainHash(at.hash, row)) return broken(row.seq, `Row ${row.seq} was changed.`);
          if (expected?.seq === row.seq && expected.hash !== row.hash)
            return broken(row.seq, `Row ${row.seq} is not the one that was written.`);
          at = { seq: row.seq, hash: row.hash };
        }
        rows += next.length;
        await nextTurn();
      }
      if (at.hash !== head_hash) return broken(at.seq, `Row ${at.seq} is not the end that was written.`);
      if (oldest.all(head_seq, 1)[0] !== undefined && chain().head_seq === head_seq)
        return broken(head_seq + 1, `Row ${head_seq + 1} was put behind the end.`);
      return { ok: true, rows, head: at };
    },
    head: async () => {
      const { head_seq, head_hash } = chain();
      return { seq: head_seq, hash: head_hash };
    },
    due: async (time) => {
      let due = 0;
      for (let after = chain().start_seq; ; await nextTurn()) {
        const old = oldRows(after, time);
        due += old.length;
        if (old.length < chunk) return due;
        after = old[chunk - 1]?.seq ?? after;
      }
    },
    prune: async (time) => {
      for (let pruned = 0; ; await nextTurn()) {
        const count = db.transaction(() => {
          const old = oldRows(chain().start_seq, time);
          const last = old.at(-1);
          if (last === undefined) return 0;
          remove.run(last.seq);
          setStart.run(last.seq, last.hash);
          return old.length;
        });
        pruned += count;
        if (count < chunk) return pruned;
      }
    },
  };
}

function asked({ who, action, target, from = 0, to = Number.MAX_SAFE_INTEGER }: AuditSearch) {
  // Names of actions have none of GLOB's signs; what somebody types may.
  const glob = action?.replace(/[[?]|\*(?!$)/g, '[$&]') ?? null;
  const values = [who ?? null, glob, target ?? null];
  return [...values.flatMap((value) => [value, value]), from, to];
}

/**
 * When rows in the order of their writing were written. A time in the future is a clock that was wrong: such a row is no
 * younger than the one after it, so that it can't keep those before it for ever.
 */
function agesOf(rows: readonly StoredRow[], now: number, next = Number.POSITIVE_INFINITY): number[] {
  let after = next;
  return rows
    .map(({ at }) => at)
    .reverse()
    .map((at) => {
      after = at > now ? Math.min(at, after) : at;
      return after;
    })
    .reverse();
}

/** The row as JSON array in fixed order: no two different rows read the same. */
const chainHash = (
  before: string,
  { seq, at, who, action, target, detail }: Omit<StoredRow, 'hash'>,
): string =>
  createHash('sha256')
    .update(before)
    .update(JSON.stringify([seq, at, who, action, target, detail]))
    .digest('hex');

/** Text that SQLite gives back as it took it: no half surrogates and no NUL, else the hash would not fit the row read. */
const storable = (text: string): string =>
  Buffer.from(text.slice(0, textLimit)).toString().replaceAll('\0', '\uFFFD');

const broken = (brokenAt: number, message: string): AuditVerdict => ({ ok: false, brokenAt, message });

const toAuditRow = ({ detail, ...row }: StoredRow): AuditRow => ({
  ...row,
  detail: JSON.parse(detail) as Json,
});
