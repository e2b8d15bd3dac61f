import {
  createIsoClock,
  deadLetter,
  type EncodedEvent,
  headJson,
  isObject,
  type Outcome,
  ok,
} from '@tidewatch/event';
import { eventId, type SourcePosition } from '@tidewatch/event/ids';
import type { Draft, FieldsDraft, ParseContext, Tag, WrittenDraft } from './draft.ts';
import { ecsVersion } from './ecs_fields.ts';
import { relate } from './related.ts';
import type { Stage } from './stage.ts';
import { membersOf, quote, relatedMember } from './written.ts';

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
  /** The record's text, for `event.original`. */
  readonly original: string;
  readonly invalidUtf8: boolean;
}

/** The class of what no approved use-case claims. */
export const classifyNothing: Classify = () => ({ dataClass: 'unapproved' });

/** What every event passes on its way out. */
export interface Passage {
  readonly classify: Classify;
  readonly stages: readonly Stage[];
}

/** Takes what a parser understood through the stages, and writes Tidewatch's own fields around it. A refused data set is a dead letter. */
export function envelop(
  given: Draft,
  receipt: Receipt,
  context: ParseContext,
  { classify, stages }: Passage,
): Outcome<EncodedEvent> {
  const { dataset } = given;
  const { source } = receipt;
  const verdict = classify(source, dataset);
  if ('refused' in verdict) return deadLetter('governance_refused', verdict.refused);
  const { received: ingested } = context;
  const { dataClass } = verdict;
  let draft = withinTime(given);
  if (stages.length > 0) {
    const passing = { source, dataClass, received: ingested };
    for (const stage of stages) draft = stage.apply(draft, passing);
  }
  const head = { id: eventId(receipt.position), time: draft.time ?? ingested, ingested, dataset, dataClass };
  const { event, members } =
    'written' in draft ? ofWritten(draft, receipt) : ofFields(draft, receipt, head.id);
  const own = headJson(head, receipt.source);
  const tags = tagsOf(draft, receipt, context);
  return ok({ head, json: `${own}${event}}${members}${tags}${ending}` });
}

const ending = `,"ecs":{"version":"${ecsVersion}"}}`;

/** The last millisecond that ISO 8601 writes with four digits of a year. */
const latest = 253_402_300_799_999;

/** A time beyond the year 9999 is none. */
function withinTime(draft: Draft): Draft {
  const { time = 0, created = 0 } = draft;
  if (time <= latest && created <= latest) return draft;
  return {
    ...draft,
    time: time <= latest ? draft.time : undefined,
    created: created <= latest ? draft.created : undefined,
  };
}

/** Members of `event` and of the whole, each with a comma before it. */
interface Members {
  readonly event: string;
  readonly members: string;
}

function ofWritten({ dataset, created, written }: WrittenDraft, { original }: Receipt): Members {
  const { event, members, related, line, kind, complete } = written;
  const text =
    complete === true ? '' : `,"original":${line?.text === original ? line.json : quote(original)}`;
  return {
    event: `${origin(dataset, created, kind)}${event}${text}`,
    members: `${members}${relatedMember(related)}`,
  };
}

/** What the envelope itself says of an event. */
const said = new Set(['@timestamp', 'tidewatch', 'event', 'related', 'tags', 'ecs']);
const saidOfEvent = new Set(['id', 'dataset', 'ingested', 'kind', 'module', 'original']);
const saidWithCreated = new Set([...saidOfEvent, 'created']);

function ofFields(draft: FieldsDraft, { original }: Receipt, id: string): Members {
  const { dataset, created, fields } = draft;
  const own = isObject(fields.event) ? fields.event : {};
  const related = relate(fields);
  const { kind = null } = own;
  const stated = kind === null || kind === 'event' ? undefined : JSON.stringify(kind);
  const rest = membersOf(own, created === undefined ? saidOfEvent : saidWithCreated);
  const sent = own.original ?? original;
  const text = draft.original?.(typeof sent === 'string' ? sent : JSON.stringify(sent), id) ?? sent;
  return {
    event: `${origin(dataset, created, stated)}${rest}${text === '' && sent !== '' ? '' : `,"original":${JSON.stringify(text)}`}`,
    members: `${membersOf(fields, said)}${related === undefined ? '' : `,"related":${JSON.stringify(related)}`}`,
  };
}

/** @param kind as JSON; undefined: `event` */
function origin(dataset: string, created: number | undefined, kind: string | undefined): string {
  const text = kind === undefined ? usualOrigin(dataset) : `,"kind":${kind}${moduleOf(dataset)}`;
  return created === undefined ? text : `${text},"created":"${isoCreated(created)}"`;
}

let lastDataset = '';
let lastOrigin = '';

/** The same for runs of events. */
function usualOrigin(dataset: string): string {
  if (dataset !== lastDataset) {
    lastOrigin = `,"kind":"event"${moduleOf(dataset)}`;
    lastDataset = dataset;
  }
  return lastOrigin;
}

/** The part of the data set's name before the dot. */
function moduleOf(dataset: string): string {
  const dot = dataset.indexOf('.');
  return `,"module":${quote(dot > 0 ? dataset.slice(0, dot) : dataset)}`;
}

const isoCreated = createIsoClock();

/** The member `tags`, or nothing. */
function tagsOf(draft: Draft, { invalidUtf8 }: Receipt, context: ParseContext): string {
  const { time } = draft;
  const isUsual = time !== undefined && time <= context.received + allowedSkewMs && !invalidUtf8;
  if (isUsual && draft.tags === undefined && 'written' in draft && draft.written.tags === undefined)
    return '';
  const tags = ownTags(draft);
  const flag = (tag: Tag): void => {
    if (!tags.includes(tag)) tags.push(tag);
    context.warn(tag);
  };
  if (draft.tags !== undefined) draft.tags.forEach(flag);
  if (invalidUtf8) flag('invalid_utf8');
  if (time === undefined) flag('timestamp_missing');
  else if (time > context.received + allowedSkewMs) flag('timestamp_in_future');
  return tags.length === 0 ? '' : `,"tags":${JSON.stringify(tags)}`;
}

function ownTags(draft: Draft): string[] {
  if ('written' in draft) return draft.written.tags === undefined ? [] : JSON.parse(draft.written.tags);
  const { tags } = draft.fields;
  if (typeof tags === 'string') return [tags];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}
