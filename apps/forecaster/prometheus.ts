import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Labels } from './targets.ts';

/** Where a Prometheus is, or what answers its API (Thanos, Mimir, VictoriaMetrics). */
export interface PrometheusPlace {
  readonly url: string;
  /** File whose content goes into the header `Authorization`. */
  readonly authorizationFile?: string;
  readonly timeoutMs: number;
  /** A larger answer is refused, bytes. */
  readonly maxBytes: number;
}

export interface RangeQuery {
  readonly promql: string;
  /** Epoch seconds, multiples of `step`; both included. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export interface RangeSeries {
  readonly labels: Labels;
  /** By step number since 1970, ascending; what is not a finite number below 1e100 is left out. */
  readonly values: readonly (readonly [step: number, value: number])[];
}

export type RangeAnswer =
  | { readonly ok: true; readonly series: readonly RangeSeries[] }
  /** @property away nobody answers, so that it is of no use to ask for more */
  | { readonly ok: false; readonly reason: string; readonly away: boolean };

/** Beyond it, squares are no numbers any more. */
const largest = 1e100;

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});
const faultSchema = z.object({ status: z.literal('error'), error: z.string() });

/**
 * Asks for the values of an expression over a stretch of time (`/api/v1/query_range`). Never rejects: what is wrong with
 * the answer, or that there is none, is its reason.
 */
export async function queryRange(place: PrometheusPlace, query: RangeQuery): Promise<RangeAnswer> {
  try {
    const { status, text } = await ask(place, query);
    const body: unknown = parsed(text);
    if (status !== 200) {
      const fault = faultSchema.safeParse(body);
      const why = fault.success ? `: ${fault.data.error.slice(0, 300)}` : '';
      return { ok: false, reason: `it answered ${status}${why}`, away: status >= 500 || status === 429 };
    }
    const answer = answerSchema.safeParse(body);
    if (!answer.success) {
      const [issue] = answer.error.issues;
      const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
      return {
        ok: false,
        reason: `its answer is no matrix of values: ${where}: ${issue?.message}`,
        away: false,
      };
    }
    return {
      ok: true,
      series: answer.data.data.result.map(({ metric, values }) => seriesOf(metric, values, query)),
    };
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: Error };
    if (error instanceof TooLarge) return { ok: false, reason: message, away: false };
    const late = name === 'TimeoutError';
    const reason = late ? `it did not answer within ${place.timeoutMs / 1_000} s` : cause?.message || message;
    return { ok: false, reason, away: true };
  }
}

class TooLarge extends Error {}

async function ask(
  { url, authorizationFile, timeoutMs, maxBytes }: PrometheusPlace,
  { promql, from, to, step }: RangeQuery,
): Promise<{ status: number; text: string }> {
  const authorization =
    authorizationFile === undefined ? undefined : (await readFile(authorizationFile, 'utf8')).trim();
  const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/query_range`, {
    method: 'POST',
    body: new URLSearchParams({ query: promql, start: `${from}`, end: `${to}`, step: `${step}` }),
    // A redirect could lead the credentials to where nobody allowed to go.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json', ...(authorization === undefined ? {} : { authorization }) },
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop ends the request.
    if (size > maxBytes) throw new TooLarge(`its answer has more than ${maxBytes} bytes (max_size)`);
    chunks.push(chunk);
  }
  return { status: response.status, text: Buffer.concat(chunks).toString('utf8') };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function seriesOf(
  metric: Labels,
  values: readonly (readonly [number, string])[],
  { from, to, step }: RangeQuery,
): RangeSeries {
  const { __name__, ...labels } = metric;
  const taken: (readonly [number, number])[] = [];
  let last = -1;
  for (const [time, text] of values) {
    const at = Math.round(time / step);
    const value = Number(text);
    // What nobody asked for is not taken, times to come least of all.
    if (at <= last || at * step < from || at * step > to) continue;
    if (text.trim() === '' || !(Math.abs(value) < largest)) continue;
    taken.push([at, value]);
    last = at;
  }
  return { labels, values: taken };
}
