import { deadLetter, type EcsEvent, isObject, type Json, type Outcome, ok } from '@tidewatch/event';
import { eventId, type SourcePosition } from '@tidewatch/event/ids';
import type { Draft, ParseContext, Tag } from './draft.ts';
import { ecsVersion } from './ecs_fields.ts';
import { relate } from './related.ts';
import { writeEvent } from './written.ts';

/** A stamp further ahead of its receipt than this is flagged, in milliseconds (architecture.md, ids and time). */
const allowedSkewMs = 300_000;

/** Says which data class a data set of a source has, or why its records may not be kept. */
export type Classify = (
  source: string,
  dataset: string,
) => { readonly dataClass: string } | { readonly refused: string };

/** What is known of a record beside its content. */
export interface Receipt {
  readonly source: string;
  readonly position: SourcePosition;
  /** The record's text; undefined where the caller has none. */
  readonly original: string | undefined;
  readonly invalidUtf8: boolean;
}

/** The class of what no approved use-case claims. */
export const classifyNothing: Classify = () => ({ dataClass: 'unapproved' });

/** Puts Tidewatch's own fields around what a parser understood. A refused data set is a dead letter. */
export function envelop(
  draft: Draft,
  receipt: Receipt,
  context: ParseContext,
  classify: Classify,
): Outcome<EcsEvent> {
  const verdict = classify(receipt.source, draft.dataset);
  if ('refused' in verdict) return deadLetter('governance_refused', verdict.refused);
  const { source } = receipt;
  const { dataClass } = verdict;
  const event: EcsEvent = {
    '@timestamp': isoStamp(draft.time ?? context.received),
    ...draft.fields,
    event: eventFields(draft, receipt, context),
    tidewatch: { source, data_class: dataClass },
    ecs: { version: ecsVersion },
  };
  const related = relate(event);
  if (related !== undefined) event.related = related;
  const tags = tagsOf(draft, receipt, context);
  if (tags.length > 0) event.tags = tags;
  const { shape } = draft;
  if (shape === undefined) return ok(event);
  const { path, peer } = context.hints;
  return ok(event, writeEvent(event, shape, [source, dataClass, path, peer]));
}

function eventFields(draft: Draft, receipt: Receipt, context: ParseContext): EcsEvent['event'] {
  const { dataset, created } = draft;
  const own = isObject(draft.fields.event) ? draft.fields.event : {};
  const dot = dataset.indexOf('.');
  const fields: EcsEvent['event'] = {
    id: eventId(receipt.position),
    dataset,
    ingested: isoReceipt(context.received),
    kind: own.kind ?? 'event',
    module: dot > 0 ? dataset.slice(0, dot) : dataset,
  };
  if (created !== undefined) fields.created = isoStamp(created);
  for (const key of Object.keys(own)) fields[key] ??= own[key] as Json;
  if (receipt.original !== undefined) fields.original ??= receipt.original;
  return fields;
}

function tagsOf(draft: Draft, receipt: Receipt, context: ParseContext): string[] {
  const own = draft.fields.tags;
  const tags = Array.isArray(own) ? own.filter((tag) => typeof tag === 'string') : [];
  if (typeof own === 'string') tags.push(own);
  const flag = (tag: Tag): void => {
    if (!tags.includes(tag)) tags.push(tag);
    context.warn(tag);
  };
  if (draft.tags !== undefined) draft.tags.forEach(flag);
  if (receipt.invalidUtf8) flag('invalid_utf8');
  if (draft.time === undefined) flag('timestamp_missing');
  else if (draft.time > context.received + allowedSkewMs) flag('timestamp_in_future');
  return tags;
}

/** Writes times as ISO 8601, remembering the last second: records come in runs of one. */
function isoClock(): (ms: number) => string {
  let lastSecond = Number.NaN;
  let prefix = '';
  return (ms) => {
    const second = Math.floor(ms / 1_000);
    if (second !== lastSecond) {
      prefix = new Date(second * 1_000).toISOString().slice(0, 20);
      lastSecond = second;
    }
    return `${prefix}${String(ms - second * 1_000).padStart(3, '0')}Z`;
  };
}

// One for each kind of time, since they alternate.
const isoStamp = isoClock();
const isoReceipt = isoClock();
