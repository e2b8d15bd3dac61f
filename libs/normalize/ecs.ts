import { getField, isObject, type Json, type JsonObject, type Outcome } from '@tidewatch/event';
import { type Draft, type FieldsDraft, maxDepth, type ParseContext, withFields } from './draft.ts';
import { isEcsGroup, withEcsTypes } from './ecs_types.ts';
import { fillFrom } from './fill.ts';
import { genericDocument } from './generic.ts';
import { mapOutcome } from './parsers/offer.ts';
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

/** Whether a document, its dotted keys expanded, speaks ECS: it says so, or has its time and no objects but ECS' groups. */
export function isEcs(document: JsonObject): boolean {
  if (isObject(document.ecs) || isObject(document.event)) return true;
  if (document['@timestamp'] === undefined) return false;
  const groups = Object.keys(document).filter((key) => isObject(document[key]));
  return groups.length > 0 && groups.every(isEcsGroup);
}

/** A document that is ECS already: types checked, what is Tidewatch's own to say left out. */
export function ecsDraft(document: JsonObject, context: ParseContext): FieldsDraft {
  const { '@timestamp': stamp, tidewatch: _, ...rest } = document;
  const fields = withEcsTypes(rest, () => context.warn('wrong_type'));
  const event = isObject(fields.event) ? fields.event : {};
  const stream = isObject(fields.data_stream) ? fields.data_stream : {};
  const { id, ingested: __, dataset, created, ...kept } = event;
  fields.event = kept;
  if (typeof id === 'string') addLabel(fields, 'event_id', id);
  return {
    dataset: datasetOf(dataset, stream.dataset, context),
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

/** The data set that an ECS document names itself, or its data stream, or its source's configuration. */
export const datasetOf = (
  dataset: Json | undefined,
  stream: Json | undefined,
  { hints }: ParseContext,
): string => datasetName(dataset) ?? datasetName(stream) ?? hints.dataset ?? 'generic.json';

const datasetName = (name: Json | undefined): string | undefined =>
  typeof name === 'string' && /^[a-z\d_][a-z\d_.-]{0,99}$/.test(name) ? name : undefined;

/**
 * A line in a shipper's envelope (`{"message": "<38>Nov 21 …", "agent": …}`), or a document as text, read as what it is.
 * What the shipper adds fills what the line doesn't say. Undefined where the document says more than that, or no parser
 * knows the line.
 *
 * @param parseKnown reads the line; the file that it is from is the one that the shipper read
 */
export function shippedLine(
  document: JsonObject,
  context: ParseContext,
  parseKnown: (text: string, context: ParseContext) => Outcome<Draft> | undefined,
): Outcome<Draft> | undefined {
  const { message, event: own } = document;
  const { depth = 0, hints } = context;
  if (typeof message !== 'string' || depth >= maxDepth) return undefined;
  if (!mayShipLine(Object.keys(document), isObject(own) ? Object.keys(own) : [])) return undefined;
  const path = getField(document, 'log.file.path');
  const file = typeof path === 'string' ? { path } : {};
  const known = parseKnown(message, { ...context, depth: depth + 1, hints: { ...hints, ...file } });
  if (known === undefined) return undefined;
  return mapOutcome(known, (draft) => underShipper(withFields(draft), message, document, context));
}

function underShipper(
  line: FieldsDraft,
  message: string,
  document: JsonObject,
  context: ParseContext,
): FieldsDraft {
  const isShippedEcs = isEcs(document);
  const { message: __, ...envelope } = document;
  const shipper = isShippedEcs ? ecsDraft(envelope, context) : genericDocument(envelope, context);
  const { fields } = line;
  const event = { original: message, ...(isObject(fields.event) ? fields.event : {}) };
  return {
    ...line,
    time: line.time ?? shipper.time,
    created: shipper.created,
    fields: fillFrom({ ...fields, event }, shipper.fields),
  };
}

/** Whether a document of such members, and with such ones in its `event`, may be no more than an envelope of its message. */
export const mayShipLine = (names: readonly string[], eventNames: readonly string[]): boolean =>
  names.includes('message') &&
  names.every((name) => shipperGroups.has(name)) &&
  !eventNames.includes('category') &&
  !eventNames.includes('action');
