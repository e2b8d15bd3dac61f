import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePorts } from '../free_ports.ts';

/** One series of an answer: its labels, and its values by epoch seconds. */
export interface Answered {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: number])[];
}

/** A real Prometheus in a temporary folder. */
export interface RunningPrometheus {
  readonly url: string;
  /** Evaluates an expression at a time, epoch seconds; now by default. */
  query(promql: string, time?: number): Promise<Answered[]>;
  range(promql: string, from: number, to: number, step: number): Promise<Answered[]>;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /** `prometheus.yml`. */
  readonly config: string;
  /** Further files of its folder, by their name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Samples that it has from the start, in the OpenMetrics format. */
  readonly samples?: string;
}

/** A process on a port of the loopback address, in a folder that goes with it. */
interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

interface ServiceOptions {
  readonly program: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args: (folder: string, address: string) => readonly string[];
  readonly prepare?: (folder: string) => void;
}

async function startService({ program, files, args, prepare }: ServiceOptions): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), `tidewatch-${program}-`));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  prepare?.(folder);
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, args(folder, `127.0.0.1:${port}`), { stdio: ['ignore', 'ignore', 'pipe'] });
  let printed = '';
  child.stderr.on('data', (chunk) => {
    printed = `${printed}${chunk}`.slice(-10_000);
  });
  await ready(`${url}/-/ready`, child, () => printed);
  return {
    url,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(url: string, child: ChildProcess, printed: () => string): Promise<void> {
  for (let waited = 0; ; waited += 100) {
    const ok = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    if (waited > 60_000 || child.exitCode !== null) throw new Error(`${url} does not answer:\n${printed()}`);
    await setTimeout(100);
  }
}

/** Starts it (`node test/services/install.mjs prometheus`). */
export async function startPrometheus({
  config,
  files = {},
  samples,
}: PrometheusOptions): Promise<RunningPrometheus> {
  const service = await startService({
    program: 'prometheus',
    files: { ...files, 'prometheus.yml': config, ...(samples !== undefined && { 'samples.om': samples }) },
    prepare: (folder) => {
      if (samples !== undefined) fill(folder);
    },
    args: (folder, address) => [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
  });
  const ask = async (path: string, parameters: Readonly<Record<string, string>>): Promise<Answered[]> => {
    const answer = await fetch(`${service.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = (await answer.json()) as Answer;
    if (body.status !== 'success') throw new Error(`${parameters.query}: ${body.error}`);
    const { result } = body.data;
    return body.data.resultType === 'scalar'
      ? [{ labels: {}, values: [numbered(result as unknown as Sample)] }]
      : result.map(({ metric, value, values }) => ({
          labels: metric,
          values: (values ?? (value === undefined ? [] : [value])).map(numbered),
        }));
  };
  return {
    ...service,
    query: (query, time = Date.now() / 1000) => ask('query', { query, time: String(time) }),
    range: (query, from, to, step) =>
      ask('query_range', { query, start: String(from), end: String(to), step: String(step) }),
  };
}

type Sample = readonly [time: number, value: string];
type Answer =
  | { readonly status: 'error'; readonly error: string }
  | {
      readonly status: 'success';
      readonly data: {
        readonly resultType: string;
        readonly result: readonly {
          readonly metric: Readonly<Record<string, string>>;
          readonly value?: Sample;
          readonly values?: readonly Sample[];
        }[];
      };
    };

const infinite: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};
const numbered = ([time, value]: Sample): [number, number] => [time, infinite[value] ?? Number(value)];

/** Blocks as long as all samples, since promtool reads the whole file once for each. */
function fill(folder: string): void {
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', '--max-block-duration=720h'];
  const { status, stderr, error } = spawnSync(
    'promtool',
    [...args, join(folder, 'samples.om'), join(folder, 'data')],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`promtool made no blocks: ${error?.message ?? ''}${stderr}`);
}

/** Starts an Alertmanager of its own, without a cluster. @param config `alertmanager.yml` */
export const startAlertmanager = (config: string): Promise<Service> =>
  startService({
    program: 'prometheus-alertmanager',
    files: { 'alertmanager.yml': config },
    args: (folder, address) => [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
  });
