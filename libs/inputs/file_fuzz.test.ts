import { mkdir } from 'node:fs/promises';
import { eventId } from '@tidewatch/event/ids';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzRuns } from '../../test/fuzz_runs.ts';
import {
  append,
  copyTruncate,
  latin1,
  linesOf,
  longest,
  type Model,
  pack,
  refuse,
  removeLive,
  rotate,
  Site,
  type Step,
  sleep,
  start,
  steps,
  stop,
  wait,
} from './file_steps.suite.ts';
import { createSink, waitFor } from './sink.suite.ts';

/** Runs the steps, and then what was written and what was taken are compared. */
async function run(commands: Iterable<Step>, paths: string): Promise<void> {
  const sink = await createSink();
  const site = new Site(sink, paths);
  await mkdir(site.path(''));
  const model: Model = { live: undefined, rotated: [], deleted: [], running: true, lines: 0 };
  try {
    await site.start();
    await fc.asyncModelRun(() => ({ model, real: site }), commands);
    if (!model.running) await site.start();
    // What is live is complete then; in what was put aside the last line needs no end.
    model.live ??= { text: '' };
    await site.append(model.live, '\n');
    const expected = [model.live, ...model.rotated].flatMap(linesOf);
    const missing = new Set(expected);
    let looked = 0;
    // Each record is looked at once: what is long would keep the input waiting for the processor.
    const isWhole = (): boolean => {
      for (; looked < sink.taken.length; looked++) missing.delete(latin1(sink.taken[looked]!.record.bytes));
      return missing.size === 0;
    };
    await waitFor(
      isWhole,
      30_000,
      () => `lost: ${[...missing].map((line) => line.slice(0, 20))}\n${site.state()}`,
    );
    await sleep(150);
    const known = new Set([...expected, ...model.deleted.flatMap(linesOf)]);
    const ids = new Map<string, string>();
    const origin = (line: string): string =>
      sink.taken
        .filter(({ record }) => latin1(record.bytes) === line)
        .map(({ record: { position, hints } }) => `${hints.path}: ${JSON.stringify(position)}`)
        .join(', ');
    for (const { record } of sink.taken) {
      const line = latin1(record.bytes);
      // A file that is gone may have been read while its last line was being written.
      if (!known.has(line)) expect(`${line.slice(0, 20)} is no line`).toBe('');
      const id = eventId(record.position);
      if ((ids.get(line) ?? id) !== id)
        throw new Error(`two ids of ${line.slice(0, 20)}: ${origin(line)}\n${site.state()}`);
      ids.set(line, id);
    }
    expect(new Set(ids.values()).size).toBe(ids.size);
  } finally {
    await site.stop();
    await sink.remove();
  }
}

/** What went wrong once. */
const kept: readonly Step[][] = [
  [
    append(['', '\n\n', '\n'], 30),
    refuse,
    append(['', ''], 0),
    copyTruncate,
    append(['\n', '\n', '\r\n', '\r\n'], 2_000),
    copyTruncate,
    stop('crash'),
    start,
    append(['\r\n'], longest),
    copyTruncate,
    wait(150),
  ],
  // What was put aside and not begun, when the input was stopped.
  [
    append(['\r\n'], 0),
    stop('stop'),
    append(['', '\n\n', '\n'], 30),
    copyTruncate,
    pack,
    append(['\n'], 2_000),
    copyTruncate,
    rotate(true),
    copyTruncate,
    start,
    stop('stop'),
    wait(150),
    removeLive,
    start,
  ],
  // A last line over the cap.
  [append(['\r\n', '', ''], longest), rotate(false), append(['\n\n', '\n'], 30), wait(150), rotate(false)],
  // Empty files, packed and not, beside new ones.
  [
    append(['\r\n'], 0),
    rotate(true),
    stop('stop'),
    rotate(false),
    pack,
    start,
    wait(150),
    stop('stop'),
    append(['\n', '\r\n'], 30),
    start,
    copyTruncate,
    rotate(true),
    copyTruncate,
    append(['', '\n', '\n\n'], longest),
    rotate(false),
    pack,
  ],
];

const lanes = 6;
/** More for a long run: `TIDEWATCH_FUZZ_TIMES=70 npx vitest run libs/inputs/file_fuzz.test.ts`. */
const runs = fuzzRuns(3);

test.each(['app.log', 'app.log*'])(
  '%s: no line is lost, none has two ids, whatever happens to the files',
  {
    timeout: 60_000 + runs * 10_000,
  },
  async (paths) => {
    await Promise.all(kept.map((story) => run(story, paths)));
    await Promise.all(
      Array.from({ length: lanes }, (_, lane) =>
        fc.assert(
          fc.asyncProperty(steps, (commands) => run(commands, paths)),
          {
            numRuns: runs,
            ...(process.env.TIDEWATCH_FUZZ_SEED === undefined
              ? {}
              : { seed: Number(process.env.TIDEWATCH_FUZZ_SEED) + lane }),
            endOnFailure: true,
          },
        ),
      ),
    );
  },
);
