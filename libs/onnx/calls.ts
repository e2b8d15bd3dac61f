import type { Rows } from './protocol.ts';
import type { RowScores } from './score.ts';

/** Rows that somebody waits for. */
export interface Call extends Rows {
  resolve(scores: RowScores): void;
  reject(error: Error): void;
}

/** Rows that go over together, unless one call alone has more: those who wait for the first are not to wait for many. */
const rowsTogether = 1_024;

/** Calls that go over together, in their order. */
export function turnsOf(calls: readonly Call[]): Call[][] {
  const turns: Call[][] = [];
  let count = 0;
  for (const call of calls) {
    const last = turns.at(-1);
    count += call.count;
    if (last !== undefined && count <= rowsTogether) last.push(call);
    else {
      turns.push([call]);
      count = call.count;
    }
  }
  return turns;
}

/**
 * Memory for rows on their way to the thread and back: to allocate it for each message costs more than the copy. It holds on to no
 * more than one array.
 *
 * @param width of a row
 */
export function createPool(width: number) {
  let spare: Float32Array = new Float32Array();
  return {
    /** Lays the rows of calls behind each other. What is behind the last is of no account. */
    lay(calls: readonly Call[]): Rows {
      const count = calls.reduce((sum, call) => sum + call.count, 0);
      const rows = spare.length < count * width ? new Float32Array(count * width) : spare;
      spare = new Float32Array();
      let at = 0;
      for (const call of calls) {
        rows.set(call.rows.subarray(0, call.count * width), at);
        at += call.count * width;
      }
      return { rows, count };
    },
    /** Takes memory back. */
    put(rows: Float32Array): void {
      if (rows.length > spare.length) spare = rows;
    },
  };
}

/** What of the answer to a turn is each call's. */
export function partsOf(scored: RowScores, turn: readonly Call[]): RowScores[] {
  const total = scored.scores.length;
  let from = 0;
  return turn.map(({ count }) => {
    const of = (all: Float32Array) => {
      const wide = all.length / total;
      return all.subarray(from * wide, (from + count) * wide);
    };
    const { scores, contributions, expected } = scored;
    const part = {
      scores: of(scores),
      ...(contributions && { contributions: of(contributions) }),
      ...(expected && { expected: of(expected) }),
    };
    from += count;
    return part;
  });
}
