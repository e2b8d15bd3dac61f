import type { EcsEvent, Json, JsonObject } from '@tidewatch/event';
import { createNormaliser, type Dispatch } from '@tidewatch/normalize';
import type { RawRecord } from '@tidewatch/plugin';
import { parseTimespan } from '@tidewatch/sigma';
import type { RuleTest, Step } from './schema.ts';

/** What a test's events become; `step` is the place of what they are made of, from 0. */
export type Happening =
  | { readonly ok: true; readonly event: EcsEvent; readonly time: number; readonly step: number }
  | { readonly ok: false; readonly reason: string; readonly step: number };

/** The events of a test in their order, read by the stream's own normaliser, at the times that the test says. */
export function* happenings({ start, events }: RuleTest, parsers?: Dispatch): Generator<Happening> {
  const normalise = createNormaliser({ timeZone: 'UTC', ...(parsers && { parsers: () => parsers }) });
  let time = Date.parse(start);
  let first = true;
  for (const [step, one] of events.entries()) {
    if (!first || one.after !== undefined) time += milliseconds(one.after);
    for (const [n, value] of repetitions(one).entries()) {
      if (n > 0) time += milliseconds(one.every);
      const outcome = normalise(recordOf(one, time, n + 1, value), 'test');
      if (outcome.status === 'ok') yield { ok: true, step, time, event: atTime(outcome.value.json, time) };
      else yield { ok: false, step, reason: 'message' in outcome ? outcome.message : 'It is empty.' };
    }
    first = false;
  }
}

const milliseconds = (timespan = '1s'): number => parseTimespan(timespan) ?? 0;

/** The value of `each`, or undefined, for each time that a step happens. */
const repetitions = ({ times = 1, each }: Step): readonly (string | number | undefined)[] =>
  each ?? Array.from<undefined>({ length: times });

function recordOf(step: Step, time: number, n: number, value?: string | number): RawRecord {
  const { line, event, program, dataset } = step;
  const fill = (text: string): string =>
    text.replace(/\{(n|each)\}/g, (whole, name) => String(name === 'n' ? n : (value ?? whole)));
  const filled = (json: Json): Json => {
    if (json === '{n}') return n;
    if (json === '{each}') return value ?? json;
    if (typeof json === 'string') return fill(json);
    if (Array.isArray(json)) return json.map(filled);
    if (json === null || typeof json !== 'object') return json;
    return Object.fromEntries(Object.entries(json).map(([key, inner]) => [key, filled(inner)]));
  };
  const text = event === undefined ? fill(line ?? '') : JSON.stringify(filled(event as JsonObject));
  const header =
    program === undefined ? '' : `<86>1 ${new Date(time).toISOString()} ${step.host} ${program} 100 - - `;
  return {
    bytes: Buffer.from(header + text),
    format: event === undefined ? 'auto' : 'json',
    position: { kind: 'none' },
    received: time,
    hints: dataset === undefined ? {} : { dataset },
  };
}

/** A line that was copied from a log has the time of then. */
function atTime(json: string, time: number): EcsEvent {
  const event = JSON.parse(json) as EcsEvent;
  return { ...event, '@timestamp': new Date(time).toISOString() };
}
