import { join } from 'node:path';
import { type MeasuredProcess, measure } from '../measured_process.ts';
import { until } from './tidewatch.ts';

export interface Sink {
  readonly port: string;
  /** Resolves when so many documents came. */
  reached(documents: number): Promise<void>;
  stop(): Promise<void>;
}

/** The `_bulk` endpoint that keeps nothing, on the core that the measured process does not have. */
export async function startSink(): Promise<Sink> {
  const own: MeasuredProcess = measure(process.execPath, [join(import.meta.dirname, 'sink.mjs')], {
    core: 1,
  });
  const port = await own.firstLine();
  const count = async () =>
    ((await (await fetch(`http://127.0.0.1:${port}/count`)).json()) as { documents: number }).documents;
  return {
    port,
    reached: (documents) =>
      until(async () => (await count()) >= documents, 300, `${documents} documents at the sink`),
    stop: () => own.stop(),
  };
}
