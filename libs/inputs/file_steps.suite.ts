import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Input } from '@tidewatch/plugin';
import fc from 'fast-check';
import { file } from './file.ts';
import type { Sink } from './sink.suite.ts';

/** What was written, by file as a writer sees it: `app.log`, and what rotation made of it, the newest first. */
export interface Model {
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
export const longest = 350_000;

/** Bytes as text that keeps each of them. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
/** What the input is to make of a file. */
export const linesOf = ({ text }: Content): string[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.slice(0, maxLineBytes));

/** An input that follows files, and what happens to them. */
export class Site {
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

/** Something that happens, and when it can. */
export type Step = fc.AsyncCommand<Model, Site>;
const step = (
  name: string,
  run: (model: Model, site: Site) => Promise<void>,
  check: (model: Readonly<Model>) => boolean = () => true,
): Step => ({ check, run, toString: () => name });

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** As hard to pack as a log is not, so that packed lines too are longer than a read. */
const noise = randomBytes(longest).toString('base64').slice(0, longest);

export const append = (ends: readonly string[], padding: number): Step =>
  step(`append(${JSON.stringify(ends)}, ${padding})`, async (model, site) => {
    model.live ??= { text: '' };
    for (const end of ends)
      await site.append(model.live, `#${model.lines++} \xff\xc3( ${noise.slice(0, padding)}${end}`);
  });

export const rotate = (create: boolean): Step =>
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

export const copyTruncate = step(
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

export const pack = step(
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

export const removeLive = step(
  'removeLive',
  async (model, site) => {
    await rm(site.path('app.log'));
    model.deleted.push(model.live!);
    model.live = undefined;
  },
  ({ live }) => live !== undefined,
);

export const stop = (how: 'stop' | 'crash'): Step =>
  step(
    how,
    async (model, site) => {
      await site[how]();
      model.running = false;
    },
    ({ running }) => running,
  );

export const start = step(
  'start',
  async (model, site) => {
    await site.start();
    model.running = true;
  },
  ({ running }) => !running,
);

export const wait = (ms: number): Step => step(`wait(${ms})`, () => sleep(ms).then(() => undefined));
export const refuse = step('refuse', async (_, { sink }) => {
  sink.full++;
});

const ends = fc.array(fc.constantFrom('\n', '\r\n', '', '\n\n'), { minLength: 1, maxLength: 4 });
/** What may happen to files, one after the other. */
export const steps = fc.commands(
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
