import type { SigmaExplanation } from '@tidewatch/event';
import type { Dispatch } from '@tidewatch/normalize';
import {
  type Credit,
  createSigmaEngine,
  creditOf,
  enableLinearRegExpFallback,
  type SigmaMiss,
} from '@tidewatch/sigma';
import { startErrors } from '../errors.ts';
import { createThroughEcs } from './evaluate.ts';
import { type FileEvent, readEvents } from './events.ts';
import { loadForCommand } from './rules.ts';

export interface ExplainOptions {
  /** Files of rules, and of filters that are added to them. */
  readonly rule: readonly string[];
  readonly event: string;
  readonly throughEcs?: boolean;
  /** Parsers from files, for `throughEcs`. */
  readonly parsers?: Dispatch;
  readonly placeholders?: string;
}

/** What one rule makes of one event. `event` counts from 1; `line` is where it begins in its file. */
export type ExplainedEvent = { readonly event: number; readonly line: number } & (
  | { readonly outcome: 'match'; readonly explanation: SigmaExplanation }
  | { readonly outcome: 'miss'; readonly miss: SigmaMiss }
  /** The rule threw. */
  | { readonly outcome: 'fault'; readonly reason: string }
);

export interface ExplainReport {
  readonly rules: readonly (Credit & {
    readonly id: string;
    readonly title: string;
    readonly file: string;
    readonly events: readonly ExplainedEvent[];
  })[];
  /** Documents that are no rule, as `file:line: reason`. */
  readonly rejected: readonly string[];
}

/** Says for each rule and each event of two files why the one matches the other, or why not. */
export async function explainFile(options: ExplainOptions): Promise<ExplainReport> {
  enableLinearRegExpFallback();
  const { rules, rejected } = await loadForCommand(options.rule, options.placeholders);
  const reasons = rejected.map(
    ({ file, line, reason }) => `${file}${line === null ? '' : `:${line}`}: ${reason}`,
  );
  if (rules.length === 0)
    throw startErrors.NO_RULES({
      file: options.rule.join(', '),
      reasons: reasons.map((reason) => `\n${reason}`).join(''),
    });
  const read = await readEvents(options.event);
  const events = options.throughEcs ? read.map(normaliser(options.event, options.parsers)) : read;
  const faults = new Map<string, string>();
  const engine = createSigmaEngine(rules, { onFault: ({ id }, { message }) => faults.set(id, message) });
  const outcomeOf = ({ line, event }: FileEvent, index: number, id: string): ExplainedEvent => {
    const place = { event: index + 1, line };
    const explanation = engine.explain(event, id);
    if (explanation !== null) return { ...place, outcome: 'match', explanation };
    const miss = engine.explainMiss(event, id);
    if (miss !== null) return { ...place, outcome: 'miss', miss };
    return { ...place, outcome: 'fault', reason: faults.get(id) ?? 'it is suspended' };
  };
  return {
    rules: rules.map((rule) => ({
      id: rule.id,
      title: rule.title,
      file: rule.file,
      ...creditOf(rule),
      events: events.map((event, i) => outcomeOf(event, i, rule.id)),
    })),
    rejected: reasons,
  };
}

function normaliser(file: string, parsers?: Dispatch): (event: FileEvent) => FileEvent {
  const normalise = createThroughEcs(parsers);
  return ({ line, event }) => {
    const normalised = normalise(Buffer.from(JSON.stringify(event)));
    if (normalised !== undefined) return { line, event: JSON.parse(normalised.toString()) };
    throw startErrors.FILE_UNREADABLE({ file: `${file}:${line}`, reason: 'the event cannot be normalised' });
  };
}
