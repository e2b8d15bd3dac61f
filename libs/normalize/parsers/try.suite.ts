import { join } from 'node:path';
import type { JsonObject } from '@tidewatch/event';
import type { ParseContext } from '../draft.ts';
import { isFailed, type Work } from '../processors/work.ts';
import { compileSteps } from './compile.ts';
import { noDispatch } from './dispatch.ts';
import { parserFile, type StepFile } from './parser_file.ts';

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
