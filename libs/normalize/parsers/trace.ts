import { type EncodedEvent, type Json, leaves, type Outcome } from '@tidewatch/event';
import type { RawRecord } from '@tidewatch/plugin';
import { createNormaliser, type NormaliserOptions } from '../normaliser.ts';
import { processors } from '../processors/index.ts';
import type { Resources, Watch } from '../processors/processor.ts';
import type { StepFile } from '../processors/step.ts';
import { isFailed, type StepResult, type Work } from '../processors/work.ts';
import type { Parser } from './compile.ts';
import { type Dispatch, dispatchTo, noDispatch } from './dispatch.ts';

/** What became of one field: `before` is absent where it is new, `after` where it is gone. */
export interface FieldChange {
  readonly field: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** One step, as it went. */
export interface TracedStep {
  /** The processor, or `do` for a group of steps. */
  readonly step: string;
  /** How many steps it stands in. */
  readonly level: number;
  readonly result: 'ok' | 'skipped' | 'failed' | 'done' | 'dropped' | 'dead_letter';
  /** Its condition, where that does not hold; or why it failed, or ended the record. */
  readonly reason?: string;
  readonly changes: readonly FieldChange[];
}

/** One parser that a record was offered to. */
export interface TracedParser {
  readonly parser: string;
  readonly file: string;
  /** `declined`: its filter did not hold. */
  readonly result: 'ok' | 'declined' | 'failed' | 'dropped' | 'dead_letter';
  readonly reason?: string;
  readonly steps: readonly TracedStep[];
}

export interface Explained {
  readonly outcome: Outcome<EncodedEvent>;
  /** In the order in which they were asked; none where a parser that is compiled in took the record. */
  readonly parsers: readonly TracedParser[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Normalises records one by one and tells what each parser did. What is in force is not touched: parsers are compiled
 * anew, with state and figures of their own, the first time that a record meets them.
 *
 * @param resources what they may look up
 */
export function createExplainer(
  options: NormaliserOptions,
  resources: Omit<Resources, 'folder'> = {},
): (record: RawRecord, source: string) => Explained {
  let asked: Mutable<TracedParser>[] = [];
  let steps: TracedStep[] = [];
  const watch = watchInto(() => steps);

  function traced(parser: Parser): Parser {
    const { name, file } = parser;
    const own = parser.anew({ ...resources, watch });
    return {
      ...own,
      claims(fields) {
        const claims = own.claims(fields);
        if (!claims) asked.push({ parser: name, file, result: 'declined', steps: [] });
        return claims;
      },
      run(fields, context, depth) {
        const outer = steps;
        steps = [];
        const entry: Mutable<TracedParser> = { parser: name, file, result: 'ok', steps };
        asked.push(entry);
        const parsed = own.run(fields, context, depth);
        steps = outer;
        entry.result = parsed.status;
        if ('reason' in parsed) entry.reason = parsed.reason;
        return parsed;
      },
    };
  }

  const { parsers = () => noDispatch } = options;
  let inForce = parsers();
  let watched = dispatchTo(inForce, traced);
  const current = (): Dispatch => {
    const now = parsers();
    if (now !== inForce) [inForce, watched] = [now, dispatchTo(now, traced)];
    return watched;
  };
  const normalise = createNormaliser({ ...options, parsers: current });
  return (record, source) => {
    asked = [];
    return { outcome: normalise(record, source), parsers: asked };
  };
}

function watchInto(steps: () => TracedStep[]): Watch {
  let level = 0;
  return {
    skipped(file) {
      steps().push({ step: nameOf(file), level, result: 'skipped', reason: file.if ?? '', changes: [] });
      return undefined;
    },
    taken: (file, step) => (work) => {
      const taken: Mutable<TracedStep> = { step: nameOf(file), level, result: 'ok', changes: [] };
      const list = steps();
      const place = list.push(taken);
      const before = stateOf(work);
      level++;
      const result = step(work);
      level--;
      Object.assign(taken, toldOf(result));
      // What steps inside it did, they say themselves.
      if (list.length === place) taken.changes = changesOf(before, stateOf(work));
      return result;
    },
  };
}

const nameOf = (file: StepFile): string => Object.keys(file).find((key) => processors.has(key)) ?? 'do';

function toldOf(result: StepResult): Pick<TracedStep, 'result' | 'reason'> {
  if (result === undefined) return { result: 'ok' };
  if (isFailed(result)) return { result: 'failed', reason: result.failed };
  return { result: result.status, ...('reason' in result ? { reason: result.reason } : {}) };
}

type State = ReadonlyMap<string, Json>;

/** The fields with what the work says beside them. */
function stateOf({ fields, dataset, time, created, stream }: Work): State {
  const state = new Map<string, Json>(leaves(structuredClone(fields)));
  state.set('event.dataset', dataset);
  if (time !== undefined) state.set('@timestamp', isoOf(time));
  if (created !== undefined) state.set('event.created', isoOf(created));
  if (stream !== undefined) state.set('stream', stream);
  return state;
}

/** A time that no date has is told as its number. */
const isoOf = (time: number): Json =>
  Math.abs(time) <= 8_640_000_000_000_000 ? new Date(time).toISOString() : time;

function changesOf(before: State, after: State): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const [field, value] of after) {
    const old = before.get(field);
    if (old === undefined) changes.push({ field, after: value });
    else if (JSON.stringify(old) !== JSON.stringify(value))
      changes.push({ field, before: old, after: value });
  }
  for (const [field, value] of before) if (!after.has(field)) changes.push({ field, before: value });
  return changes;
}
