import { type EcsEvent, isEcsEvent } from './event.ts';
import { createIsoClock, isoTime } from './time.ts';

/** What is asked of every event on its way through the pipeline, so that nobody has to parse the rest of it. */
export interface EventHead {
  readonly id: string;
  /** `@timestamp`, epoch milliseconds; NaN where it is no time. */
  readonly time: number;
  /** `event.ingested`, epoch milliseconds. */
  readonly ingested: number;
  readonly dataset: string;
  readonly dataClass: string;
}

/** An event as it goes to the stream. */
export interface EncodedEvent {
  readonly head: EventHead;
  /** The event's JSON; begins with its head, as {@link headJson} writes it. */
  readonly json: string;
}

const isoStamp = createIsoClock();
const isoReceipt = createIsoClock();

/** The beginning of an event's JSON, within its member `event`: its other members follow, each with a comma before it. */
export function headJson(head: EventHead, source: string): string {
  const { id } = head;
  const text = plain.test(id) ? id : JSON.stringify(id).slice(1, -1);
  return `{"@timestamp":"${isoStamp(head.time)}${ownerJson(head, source)}${text}${receiptJson(head)}`;
}

const plain = /^[\w-]*$/;

// Events come in runs of one source, data set and receipt: what stands before and behind the id is mostly the same.
let owner = { source: '', dataClass: '', json: '' };
let receipt = { dataset: '', ingested: Number.NaN, json: '' };

function ownerJson({ dataClass }: EventHead, source: string): string {
  if (owner.source !== source || owner.dataClass !== dataClass || owner.json === '') {
    const names = `{"source":${quoted(source)},"data_class":${quoted(dataClass)}}`;
    owner = { source, dataClass, json: `","tidewatch":${names},"event":{"id":"` };
  }
  return owner.json;
}

function receiptJson({ dataset, ingested }: EventHead): string {
  if (receipt.dataset !== dataset || receipt.ingested !== ingested) {
    const json = `","dataset":${quoted(dataset)},"ingested":"${isoReceipt(ingested)}"`;
    // A name that was cut out of a text would hold all of it.
    receipt = { dataset: JSON.parse(quoted(dataset)) as string, ingested, json };
  }
  return receipt.json;
}

/** Sources, classes and data sets are few. */
const known = new Map<string, string>();
const maxKnown = 1_000;

function quoted(name: string): string {
  let text = known.get(name);
  if (text === undefined) {
    text = JSON.stringify(name);
    // A name that was cut out of a text would hold all of it.
    if (known.size < maxKnown) known.set(JSON.parse(text) as string, text);
  }
  return text;
}

/** An event that is at hand as an object. */
export function encodeEvent(event: EcsEvent): EncodedEvent {
  const { '@timestamp': timestamp, tidewatch, event: own, ...rest } = event;
  const { id, dataset, ingested, ...ownRest } = own;
  const { source, data_class: dataClass, ...tidewatchRest } = tidewatch;
  const inOrder = {
    '@timestamp': timestamp,
    tidewatch: { source, data_class: dataClass, ...tidewatchRest },
    event: { id, dataset, ingested, ...ownRest },
    ...rest,
  };
  return { head: headOf(event), json: JSON.stringify(inOrder) };
}

function headOf({ '@timestamp': timestamp, event, tidewatch }: EcsEvent): EventHead {
  const { id, dataset, ingested } = event;
  const time = typeof timestamp === 'string' ? isoTime(timestamp) : Number.NaN;
  return { id, time, ingested: isoTime(ingested), dataset, dataClass: tidewatch.data_class };
}

/** An event's JSON up to the end of its head, where all its texts stand as they are. */
const written =
  /^\{"@timestamp":"([\d.:TZ-]{24})","tidewatch":\{"source":"[^"]*","data_class":"(\w*)"\},"event":\{"id":"([\w-]*)","dataset":"([\w.-]*)","ingested":"([\d.:TZ-]{24})"/;

/** A head takes no more bytes, but for sources with very long names. */
const headBytes = 384;

/**
 * The head of an event from its JSON. Where Tidewatch wrote it, the first bytes are enough, and the rest is not looked
 * at: whoever stores it says if that is broken. Else all of it is parsed. Undefined where it is no event.
 */
export function readHead(bytes: Uint8Array): EventHead | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const match = written.exec(buffer.toString('latin1', 0, headBytes));
  if (match === null) return parsedHead(buffer);
  const [, time = '', dataClass = '', id = '', dataset = '', ingested = ''] = match;
  return { id, time: isoTime(time), ingested: isoTime(ingested), dataset, dataClass };
}

function parsedHead(buffer: Buffer): EventHead | undefined {
  try {
    const value: unknown = JSON.parse(buffer.toString('utf8'));
    return isEcsEvent(value) ? headOf(value) : undefined;
  } catch {
    return undefined;
  }
}
