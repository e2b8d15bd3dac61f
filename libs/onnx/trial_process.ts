import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isTidewatchError } from '@tidewatch/event';
import type { ModelFolder } from '@tidewatch/models';
import { onnxErrors } from './errors.ts';
import type { Failure } from './protocol.ts';

export interface TrialLimits {
  /** From when its program was read; default 10,000. */
  readonly timeoutMs?: number;
  /** Address space of the process in MiB, of which Node.js and the runtime take about 1,000; default 3,072. Held on Linux only. */
  readonly memoryMb?: number;
}

/** What a trial made of a model, or why it refused it. */
export type TrialAnswer<Tried> = { readonly tried: Tried } | { readonly failure: Failure };

/** Head of what the process is given. */
interface Head {
  readonly manifest: ModelFolder['manifest'];
  /** Names of files and their bytes, which follow in this order. */
  readonly files: readonly (readonly [name: string, bytes: number])[];
}

/** For a process to read its program, milliseconds. */
const startMs = 30_000;
/** What the runtime, V8 and the C++ library say where they get no memory. */
const outOfMemory = /bad_alloc|bad allocation|failed to allocate|out of memory|OOM/i;

/**
 * Tries a model of whatever kind in a process of its own, whose program calls {@link answerTrial}.
 *
 * Rejects with ONNX_TIME, ONNX_MEMORY or ONNX_ENDED. Whatever the model does, this process goes on.
 */
export async function askTrial<Tried>(
  program: URL,
  { manifest, files }: ModelFolder,
  { timeoutMs = 10_000, memoryMb = 3_072 }: TrialLimits = {},
): Promise<TrialAnswer<Tried>> {
  const child = start(program, memoryMb);
  const answers = child.stdio[3] as Readable;
  let late = false;
  const endIn = (ms: number) =>
    setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, ms);
  let timer = endIn(startMs);
  // On a busy machine it takes seconds to start, which is not the model's fault.
  answers.once('data', () => {
    clearTimeout(timer);
    timer = endIn(timeoutMs);
  });
  const head: Head = { manifest, files: [...files].map(([name, bytes]) => [name, bytes.length]) };
  const tooMuch = () => onnxErrors.ONNX_MEMORY({ limit: memoryMb });
  try {
    const [answer, told, ended] = await Promise.all([
      text(answers),
      text(child.stderr as Readable),
      new Promise<string>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
      }),
      // Who refuses a model early reads no further.
      pipeline(
        Readable.from([`${JSON.stringify(head)}\n`, ...files.values()]),
        child.stdin as Writable,
      ).catch(() => {}),
    ]);
    if (late) throw onnxErrors.ONNX_TIME({ ms: timeoutMs });
    if (answer.trim() === '')
      throw outOfMemory.test(`${ended}\n${told}`) ? tooMuch() : onnxErrors.ONNX_ENDED({ reason: ended });
    const tried: TrialAnswer<Tried> = JSON.parse(answer);
    const { code, details } = 'failure' in tried ? tried.failure : { code: '', details: {} };
    if (code === 'ONNX_RUNTIME' && outOfMemory.test(`${details.reason}`)) throw tooMuch();
    return tried;
  } finally {
    clearTimeout(timer);
  }
}

function start(program: URL, memoryMb: number): ChildProcess {
  const path = fileURLToPath(program);
  const sources = path.endsWith('.ts') ? ['--import', tsx()] : [];
  const command = [process.execPath, withoutGuards, ...sources, path];
  const limited = ['/bin/sh', '-c', `ulimit -v ${memoryMb * 1024} && exec "$@"`, 'sh', ...command];
  const [file = '', ...args] = process.platform === 'linux' ? limited : command;
  return spawn(file, args, { env: { NODE_ENV: 'production' }, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
}

/** Guard pages of WebAssembly, which is in what the program reads, would take 10 GiB of addresses. */
const withoutGuards = '--disable-wasm-trap-handler';
const tsx = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const answerDescriptor = 3;

/**
 * The whole of a trial's process: a line feed on the descriptor 3 when it begins; {@link Head} as one JSON line on standard input, then
 * the files; one JSON document with what became of it on the descriptor 3. It ends the process.
 */
export async function answerTrial<Tried>(tryModel: (folder: ModelFolder) => Promise<Tried>): Promise<never> {
  writeFileSync(answerDescriptor, '\n');
  const given = readFileSync(0);
  const end = given.indexOf('\n');
  const { manifest, files }: Head = JSON.parse(given.toString('utf8', 0, end));
  const read = new Map<string, Buffer>();
  let at = end + 1;
  for (const [name, bytes] of files) {
    read.set(name, given.subarray(at, at + bytes));
    at += bytes;
  }
  const answer = await tryModel({ manifest, files: read }).then(
    (tried): TrialAnswer<Tried> => ({ tried }),
    (error: unknown): TrialAnswer<Tried> => {
      if (!isTidewatchError(error)) throw error;
      return { failure: { code: error.code, details: error.details } };
    },
  );
  writeFileSync(answerDescriptor, JSON.stringify(answer));
  // The runtime's own threads need not be waited for.
  process.exit();
}
