import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { eventId } from '@tidewatch/event/ids';
import type { Input } from '@tidewatch/plugin';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzRuns } from '../../test/fuzz_runs.ts';
import { file } from './file.ts';
import { createSink, type Sink, waitFor } from './sink.suite.ts';

/** What was written, by file as a writer sees it: `app.log`, and what rotation made of it, the newest first. */
interface Model {
  live: Content | undefined;
  rotated: Rotated[];
  /** Of files that are gone: whoever had not read them by then can't. */
  deleted: Content[];
  running: boolean;
  lines: number;
}
interface Content {
  text: string;
}
interface Rotated extends Content {
  readonly packed: boolean;
}

/** Longer lines are cut; what the longest appends write is shorter, and what two of them write into one line is not. */
const maxLineBytes = 400_000;
const longest = 350_000;

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
const linesOf = ({ text }: Content): string[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.slice(0, maxLineBytes));

class Site {
  readonly sink: Sink;
  readonly #paths: string;
  #input: Input | undefined;

  constructor(sink: Sink, paths: string) {
    this.sink = sink;
    this.#paths = paths;
  }

  path(name: string): string {
    return join(this.sink.directory, 'logs', name);
  }
  nameOf(model: Model, i: number): string {
    return this.path(`app.log.${i + 1}${model.rotated[i]!.packed ? '.gz' : ''}`);
  }
  get #positions(): string {
    return join(this.sink.directory, 'state', 'positions.json');
  }
  async start(): Promise<void> {
    const config = { paths: [this.path(this.#paths)], poll_ms: 10, max_line_bytes: maxLineBytes };
    this.#input = file.create(file.config.parse(config), {
      ...this.sink.context,
      directory: join(this.sink.directory, 'state'),
    });
    await this.#input.start();
  }
  async stop(): Promise<void> {
    await this.#input?.stop();
    this.#input = undefined;
  }
  state(): string {
    return `${JSON.stringify(this.#input?.listeners())}\n${this.sink.log.join('')}${readFileSync(this.#positions)}`;
  }
  /** As after `kill -9`: what was not saved yet is forgotten. */
  async crash(): Promise<void> {
    const { full } = this.sink;
    // From now on nothing is taken, as by a process that is gone.
    this.sink.full = Number.POSITIVE_INFINITY;
    const saved = await readFile(this.#positions);
    await this.stop();
    await writeFile(this.#positions, saved);
    this.sink.full = full;
  }
  async append(content: Content, text: string): Promise<void> {
    content.text += text;
    const handle = await open(this.path('app.log'), 'a');
    await handle.write(Buffer.from(text, 'latin1'));
    await handle.close();
  }
  /** Gives every rotated file the next number. */
  async shift(model: Model): Promise<void> {
    for (let i = model.rotated.length - 1; i >= 0; i--) {
      const from = this.nameOf(model, i);
      await rename(from, from.replace(/app\.log\.\d+/, `app.log.${i + 2}`));
    }
  }
}

type Step = fc.AsyncCommand<Model, Site>;
const step = (
  name: string,
  run: (model: Model, site: Site) => Promise<void>,
  check: (model: Readonly<Model>) => boolean = () => true,
): Step => ({ check, run, toString: () => name });

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** As hard to pack as a log is not, so that packed lines too are longer than a read. */
const noise = randomBytes(longest).toString('base64').slice(0, longest);

const append = (ends: readonly string[], padding: number): Step =>
  step(`append(${JSON.stringify(ends)}, ${padding})`, async (model, site) => {
    model.live ??= { text: '' };
    for (const end of ends)
      await site.append(model.live, `#${model.lines++} \xff\xc3( ${noise.slice(0, padding)}${end}`);
  });

const rotate = (create: boolean): Step =>
  step(
    `rotate(${create})`,
    async (model, site) => {
      await site.shift(model);
      await rename(site.path('app.log'), site.path('app.log.1'));
      model.rotated.unshift({ text: model.live!.text, packed: false });
      model.live = undefined;
      if (!create) return;
      await writeFile(site.path('app.log'), '');
      model.live = { text: '' };
    },
    ({ live }) => live !== undefined,
  );

const copyTruncate = step(
  'copyTruncate',
  async (model, site) => {
    await site.shift(model);
    await copyFile(site.path('app.log'), site.path('app.log.1'));
    await truncate(site.path('app.log'));
    model.rotated.unshift({ text: model.live!.text, packed: false });
    model.live = { text: '' };
  },
  ({ live }) => live !== undefined,
);

const pack = step(
  'pack',
  async (model, site) => {
    const i = model.rotated.findIndex(({ packed }) => !packed);
    const from = site.nameOf(model, i);
    await writeFile(`${from}.gz`, await promisify(gzip)(await readFile(from)));
    await rm(from);
    model.rotated[i] = { text: model.rotated[i]!.text, packed: true };
  },
  ({ rotated }) => rotated.some(({ packed }) => !packed),
);

const removeOldest = step(
  'removeOldest',
  async (model, site) => {
    await rm(site.nameOf(model, model.rotated.length - 1));
    model.deleted.push(model.rotated.pop()!);
  },
  ({ rotated }) => rotated.length > 0,
);

const removeLive = step(
  'removeLive',
  async (model, site) => {
    await rm(site.path('app.log'));
    model.deleted.push(model.live!);
    model.live = undefined;
  },
  ({ live }) => live !== undefined,
);

const stop = (how: 'stop' | 'crash'): Step =>
  step(
    how,
    async (model, site) => {
      await site[how]();
      model.running = false;
    },
    ({ running }) => running,
  );

const start = step(
  'start',
  async (model, site) => {
    await site.start();
    model.running = true;
  },
  ({ running }) => !running,
);

const wait = (ms: number): Step => step(`wait(${ms})`, () => sleep(ms).then(() => undefined));
const refuse = step('refuse', async (_, { sink }) => {
  sink.full++;
});

const ends = fc.array(fc.constantFrom('\n', '\r\n', '', '\n\n'), { minLength: 1, maxLength: 4 });
const steps = fc.commands(
  [
    fc.tuple(ends, fc.constantFrom(0, 30, 30, 2_000)).map(([each, padding]) => append(each, padding)),
    fc.tuple(ends, fc.constantFrom(0, 30, longest)).map(([each, padding]) => append(each, padding)),
    fc.boolean().map(rotate),
    fc.constantFrom(copyTruncate, pack, removeOldest, removeLive, refuse),
    fc.constantFrom(pack, copyTruncate),
    fc.constantFrom(start, stop('stop'), stop('crash')),
    fc.constant(start),
    fc.constantFrom(0, 5, 30, 150).map(wait),
  ],
  { maxCommands: 24, size: 'max' },
);

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
