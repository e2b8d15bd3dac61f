import { join } from 'node:path';
import type { JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import type { Enrichers } from '../enrich/enrichers.ts';
import type { StepFile } from '../processors/step.ts';
import { isFailed, type Work } from '../processors/work.ts';
import { compileSteps } from './compile.ts';
import { noDispatch } from './dispatch.ts';
import { parserFile } from './parser_file.ts';

export interface Tried {
  /** With `@timestamp` where the step set the time. */
  readonly fields: JsonObject;
  readonly failed?: string;
  readonly ended?: string;
  readonly dataset: string;
  readonly stream: string | undefined;
}

export const tryContext: ParseContext = {
  source: 'test',
  received: Date.parse('2026-11-21T09:08:05.250Z'),
  hints: {},
  clock: Date.UTC,
  warn: () => {},
  parsers: noDispatch,
  bytes: Buffer.from('the record'),
};

/** What is known beside the events of examples. */
const exampleEnrichers: Enrichers = {
  geo: (ip) =>
    ip === '203.0.113.7' ? { geo: { country_iso_code: 'NL' }, as: { number: 64_500 } } : undefined,
  threat: (kind, value) =>
    kind === 'ip' && value === '203.0.113.66'
      ? [{ feed: 'blocklist', indicator: { type: 'ipv4-addr', ip: value } }]
      : undefined,
  table: (name) =>
    name === 'badges'
      ? { get: (key) => (key === '4711' ? { user: { id: '9', name: 'alice' } } : undefined) }
      : undefined,
};

/** Takes fields through steps as they stand in parser files; throws where the steps are not valid. */
export function tryProcessor(step: unknown, before: JsonObject, context = tryContext): Tried {
  const file = parserFile.parse({
    name: 'a.b',
    title: 'A',
    match: { contains: 'abc' },
    processors: [step].flat(),
  });
  const work: Work = {
    fields: structuredClone(before),
    context,
    source: context.source,
    depth: 0,
    dataset: 'a.b',
    time: undefined,
    created: undefined,
    stream: undefined,
  };
  const result = compileSteps(file.processors as readonly StepFile[], {
    folder: join(import.meta.dirname, '../processors/examples'),
    enrichers: exampleEnrichers,
  })(work);
  const { fields, time, dataset, stream } = work;
  return {
    fields: time === undefined ? fields : { ...fields, '@timestamp': new Date(time).toISOString() },
    dataset,
    stream,
    ...(isFailed(result) ? { failed: result.failed } : {}),
    ...(result !== undefined && !isFailed(result) ? { ended: result.status } : {}),
  };
}
