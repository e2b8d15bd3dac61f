import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onnxErrors } from './errors.ts';
import { failed, type OnnxFolder } from './model_worker.ts';
import type { Trial, TrialAnswer } from './protocol.ts';
import type { Admitted } from './trial.ts';

export interface AdmissionOptions {
  /** `admission_process.ts` or its bundle. */
  readonly program: URL;
  /** From when its program was read; default 10,000. */
  readonly timeoutMs?: number;
  /** Address space of the process in MiB, of which Node.js and the runtime take about 1,000; default 3,072. Held on Linux only. */
  readonly memoryMb?: number;
  /** Rows a second of one core that the model has to score at least; default 10,000. */
  readonly leastRowsPerSecond?: number;
}

/**
 * Tries a model in a process of its own: inspects it, holds it to its manifest, loads it, and runs it on its golden events and in
 * every size of batches that it will ever be run in.
 *
 * Rejects with one of `onnxErrors`, which says what is wrong and where. Whatever the model does, this process goes on.
 */
export async function admit(
  { manifest, files }: OnnxFolder,
  { program, timeoutMs = 10_000, memoryMb = 3_072, leastRowsPerSecond = 10_000 }: AdmissionOptions,
): Promise<Admitted> {
  const model = files.get(manifest.onnx.file);
  const golden = files.get('golden.ndjson');
  if (model === undefined || golden === undefined)
    throw onnxErrors.ONNX_DAMAGED({ reason: 'files of the manifest has no such file' });
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
  const head: Trial = { manifest, golden: golden.length };
  try {
    const [answer, told, ended] = await Promise.all([
      text(answers),
      text(child.stderr as Readable),
      new Promise<string>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
      }),
      // Who refuses a model early reads no further.
      pipeline(Readable.from([`${JSON.stringify(head)}\n`, golden, model]), child.stdin as Writable).catch(
        () => {},
      ),
    ]);
    if (late) throw onnxErrors.ONNX_TIME({ ms: timeoutMs });
    if (answer.trim() === '')
      throw outOfMemory.test(`${ended}\n${told}`) ? tooMuch() : onnxErrors.ONNX_ENDED({ reason: ended });
    const tried: TrialAnswer = JSON.parse(answer);
    if ('failure' in tried) {
      const { code, details } = tried.failure;
      throw code === 'ONNX_RUNTIME' && outOfMemory.test(`${details.reason}`)
        ? tooMuch()
        : failed(tried.failure);
    }
    const { rowsPerSecond } = tried.admitted;
    if (rowsPerSecond < leastRowsPerSecond)
      throw onnxErrors.ONNX_SLOW({ rate: rowsPerSecond, least: leastRowsPerSecond });
    return tried.admitted;
  } finally {
    clearTimeout(timer);
  }

  function tooMuch() {
    return onnxErrors.ONNX_MEMORY({ limit: memoryMb });
  }
}

/** For a process to read its program, milliseconds. */
const startMs = 30_000;
/** What the runtime, V8 and the C++ library say where they get no memory. */
const outOfMemory = /bad_alloc|bad allocation|failed to allocate|out of memory|OOM/i;

function start(program: URL, memoryMb: number): ChildProcess {
  const path = fileURLToPath(program);
  const sources = path.endsWith('.ts') ? [...withoutGuards, '--import', tsx()] : [];
  const command = [process.execPath, ...sources, path];
  const limited = ['/bin/sh', '-c', `ulimit -v ${memoryMb * 1024} && exec "$@"`, 'sh', ...command];
  const [file = '', ...args] = process.platform === 'linux' ? limited : command;
  return spawn(file, args, { env: { NODE_ENV: 'production' }, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
}

/** What reads sources is of WebAssembly, whose guard pages would take 10 GiB of addresses. */
const withoutGuards = ['--disable-wasm-trap-handler'];
const tsx = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
