import { isObject, type Json, type JsonObject } from '@tidewatch/event';
import type { Draft, ParseContext } from './draft.ts';
import { isEcsGroup, withEcsTypes } from './ecs_types.ts';
import { fillFrom } from './fill.ts';
import { genericDocument } from './generic.ts';
import { parseKnownLine } from './line.ts';
import { addOwn } from './setters.ts';
import { parseTime } from './time.ts';

/** Groups that shippers add to anything they send; they say where a line came from, not what happened. */
const shipperGroups = new Set([
  'agent',
  'cloud',
  'container',
  'data_stream',
  'ecs',
  'event',
  'host',
  'log',
  'message',
  'tags',
  'labels',
  '@timestamp',
  '@version',
  'input',
  'fields',
  'orchestrator',
  'observer',
  'stream',
]);

/** Whether a document, its dotted keys expanded, speaks ECS: it says so, or all objects in it are ECS' groups. */
export function isEcs(document: JsonObject): boolean {
  if (isObject(document.ecs) || isObject(document.event)) return true;
  const groups = Object.keys(document).filter((key) => isObject(document[key]));
  if (document['@timestamp'] === undefined && groups.every((key) => shipperGroups.has(key))) return false;
  return groups.length > 0 && groups.every(isEcsGroup);
}

/** A document that is ECS already: types checked, what is Tidewatch's own to say left out. */
export function ecsDraft(document: JsonObject, context: ParseContext): Draft {
  const { '@timestamp': stamp, tidewatch: _, ...rest } = document;
  const fields = withEcsTypes(rest, () => context.warn('wrong_type'));
  const event = isObject(fields.event) ? fields.event : {};
  const stream = isObject(fields.data_stream) ? fields.data_stream : {};
  const { id, ingested: __, dataset, created, ...kept } = event;
  fields.event = kept;
  if (typeof id === 'string') addLabel(fields, 'event_id', id);
  return {
    dataset: datasetName(dataset) ?? datasetName(stream.dataset) ?? context.hints.dataset ?? 'generic.json',
    time: parseTime(stamp, context.clock),
    created: parseTime(created, context.clock),
    fields,
  };
}

function addLabel(fields: JsonObject, key: string, value: string): void {
  const labels = isObject(fields.labels) ? fields.labels : {};
  addOwn(labels, key, value);
  fields.labels = labels;
}

const datasetName = (name: Json | undefined): string | undefined =>
  typeof name === 'string' && /^[a-z\d_][a-z\d_.-]{0,99}$/.test(name) ? name : undefined;

/**
 * A line in a shipper's envelope (`{"message": "<38>Nov 21 …", "agent": …}`), read as the line it is. What the shipper
 * adds fills what the line doesn't say. Undefined where the document says more than that, or no parser knows the line.
 */
export function shippedLine(document: JsonObject, context: ParseContext): Draft | undefined {
  const { message } = document;
  if (typeof message !== 'string' || !Object.keys(document).every((key) => shipperGroups.has(key)))
    return undefined;
  const own = document.event;
  if (isObject(own) && (own.category !== undefined || own.action !== undefined)) return undefined;
  const line = parseKnownLine(message, context);
  if (line === undefined) return undefined;
  const isShippedEcs = isEcs(document);
  const { message: __, ...envelope } = document;
  const shipper = isShippedEcs ? ecsDraft(envelope, context) : genericDocument(envelope, context);
  const { fields } = line;
  const event = { original: message, ...(isObject(fields.event) ? fields.event : {}) };
  return {
    ...line,
    shape: undefined,
    time: line.time ?? shipper.time,
    created: shipper.created,
    fields: fillFrom({ ...fields, event }, shipper.fields),
  };
}
