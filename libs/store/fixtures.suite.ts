import { type DataClass, type EcsEvent, isoTime, type JsonObject } from '@tidewatch/event';
import { type KqlNode, parseKql } from '@tidewatch/query';
import { type DataClasses, parseDataClasses } from './classes.ts';
import type { IndexedEvent, Scope } from './contract.ts';
import type { Deletion, TellDeletion } from './deletion.ts';

/** What an adapter must offer for its suite: a fresh store, the same one again after a restart, and its clock. */
export interface StoreHarness<Store> {
  readonly store: Store;
  /** Closes the store and opens it again on what it kept. */
  reopen(): Promise<Store>;
  setTime(now: number): void;
  dispose(): Promise<void>;
}

export type OpenHarness<Store> = (classes: DataClasses, now: number) => Promise<StoreHarness<Store>>;

export const day = 86_400_000;
/** A Wednesday. */
export const suiteNow = Date.UTC(2024, 4, 15, 12);
export const everyone: Scope = { principal: 'tests', dataClasses: 'all' };
/** What somebody may do who sees all. */
export const everything = (principal: string): Scope => ({ principal, dataClasses: 'all' });
export const only = (...dataClasses: DataClass[]): Scope => ({ principal: 'tests', dataClasses });
export const always = { from: 0, to: Number.POSITIVE_INFINITY };

export const suiteClasses = parseDataClasses(`
classes:
  short: { description: by day, ttl: 7d, readers: [analyst] }
  middle: { description: by week, ttl: 90d, readers: [analyst] }
  short_too: { description: its name begins like another, ttl: 7d, readers: [analyst] }
  alerts: { description: alerts, ttl: 365d, readers: [analyst] }
approvals: []
`);

export function kql(text: string): KqlNode {
  const parsed = parseKql(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  return parsed.ast;
}

/** What is deleted at a time, as it is told of once it is gone. */
export async function expired(
  { expire }: { expire(now: number, tell: TellDeletion): Promise<void> },
  now: number,
): Promise<readonly Deletion[]> {
  const told: Deletion[] = [];
  await expire(now, async (deletion) => {
    if (!deletion.begins) told.push(deletion);
  });
  return told;
}

/** Asks for what is past its time, as if each process were killed at its first note; answers what they noted. */
export async function cutOff(
  { expire }: { expire(now: number, tell: TellDeletion): Promise<void> },
  now: number,
): Promise<readonly Deletion[]> {
  const told: Deletion[] = [];
  const killed = new Error('killed');
  const tell: TellDeletion = async (deletion) => {
    told.push(deletion);
    throw killed;
  };
  await expire(now, tell).catch((error: unknown) => {
    if (error !== killed) throw error;
  });
  return told;
}

let offset = 0;

/** The record of an event that is at hand as an object. */
export function indexedFrom(
  event: EcsEvent,
  { position, senderChosenId = false }: Pick<IndexedEvent, 'position'> & Partial<IndexedEvent>,
): IndexedEvent {
  const { id, dataset, ingested } = event.event;
  const head = {
    id,
    time: isoTime(event['@timestamp']),
    ingested: isoTime(ingested),
    dataset,
    dataClass: event.tidewatch.data_class,
  };
  return { position, head, senderChosenId, bytes: Buffer.from(JSON.stringify(event)) };
}

export const eventOf = ({ bytes }: IndexedEvent): EcsEvent =>
  JSON.parse(Buffer.from(bytes).toString()) as EcsEvent;

interface SuiteRecord extends Partial<Pick<IndexedEvent, 'position' | 'senderChosenId'>> {
  /** Epoch milliseconds. */
  readonly time?: number;
  readonly ingested?: number;
  readonly dataClass?: DataClass;
}

/** An event of the suite; fields given come over the default ones. */
export function indexed(fields: JsonObject = {}, record: SuiteRecord = {}): IndexedEvent {
  const { time = suiteNow, dataClass = 'short', ingested = suiteNow, senderChosenId = false } = record;
  const { position = { partition: 0, offset: offset++ } } = record;
  const own = (fields.event ?? {}) as JsonObject;
  const id =
    (own.id as string | undefined) ??
    `event-${position.partition}-${String(position.offset).padStart(6, '0')}`;
  const event: EcsEvent = {
    '@timestamp': new Date(time).toISOString(),
    tidewatch: { source: 'suite', data_class: dataClass },
    ...fields,
    event: { id, dataset: 'test', ingested: new Date(ingested).toISOString(), ...own },
  };
  return indexedFrom(event, { position, senderChosenId });
}
