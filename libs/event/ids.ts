import { hash as digest, randomFillSync } from 'node:crypto';
import type { EntityKey } from './match.ts';

/** 16 bytes in base64url, 22 characters: the first of a SHA-256 over the parts with their lengths. */
function hash(kind: string, parts: readonly (string | number)[]): string {
  let input = kind;
  for (const part of parts) {
    const text = String(part);
    // The length goes in front, so that ("ab","c") and ("a","bc") differ.
    input += `\0${text.length}:${text}`;
  }
  const whole = digest('sha256', input, 'base64url');
  // The 22nd character also holds four bits of the 17th byte: they are taken out.
  return whole.slice(0, 21) + lastOf16.charAt(base64url.indexOf(whole.charAt(21)) >> 4);
}

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** What base64url ends with where 16 bytes are written, by the last byte's two lowest bits. */
const lastOf16 = 'AQgw';

/**
 * Ids of records of one sequence, such as the lines of a file: 9 bytes of a SHA-256 say which sequence, 7 hold the
 * offset, big endian. A hash for each line would cost more than reading it.
 */
function sequence(kind: string) {
  let knownPlace = '';
  let knownBlock = -1;
  let start = '';
  return (place: string, offset: number): string => {
    // Two bits of the offset stand in the last character, 12 in the two before it; what is above changes rarely.
    const block = Math.floor(offset / blockSize);
    if (block !== knownBlock || place !== knownPlace) {
      knownBlock = block;
      knownPlace = place;
      start = hash(kind, [place]).slice(0, 12) + digits(block, 7);
    }
    const inBlock = offset % blockSize;
    return start + pairs[inBlock >> 2] + lastOf16.charAt(inBlock & 3);
  };
}

const blockSize = 4 * 64 * 64;

/** A number as so many digits of base64url. */
function digits(number: number, count: number): string {
  let text = '';
  for (let rest = number, i = 0; i < count; i++, rest = Math.floor(rest / 64))
    text = base64url.charAt(rest % 64) + text;
  return text;
}

const pairs = Array.from({ length: 64 * 64 }, (_, number) => digits(number, 2));

const fileIds = sequence('file');
const kafkaIds = sequence('kafka');

const pool = Buffer.alloc(4_096);
let poolNext = pool.length;

/** Asking the system for 16 bytes costs as much as for some thousand. */
function randomId(): string {
  if (poolNext === pool.length) {
    randomFillSync(pool);
    poolNext = 0;
  }
  poolNext += 16;
  return pool.toString('base64url', poolNext - 16, poolNext);
}

/** Where an event came from, precisely enough that reading it again gives the same id. */
export type SourcePosition =
  | { readonly kind: 'file'; readonly fingerprint: string; readonly offset: number }
  | {
      readonly kind: 'kafka';
      readonly cluster: string;
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
    }
  /** `sender` is who uploaded the entry, so that none can take another's place; an entry of a file has none. */
  | { readonly kind: 'journald'; readonly cursor: string; readonly sender?: string }
  /** The sender's own document id. `sender` is the API key or source, so that senders can't collide. */
  | { readonly kind: 'sender'; readonly sender: string; readonly index: string; readonly id: string }
  /** The idempotency key of a request and the position in it. */
  | { readonly kind: 'request'; readonly sender: string; readonly key: string; readonly item: number }
  /** A member of a document that is a list of records: the document's own id, and its place in it. */
  | { readonly kind: 'member'; readonly of: string; readonly item: number }
  /** The id itself, given when the record came first: what is replayed stays the event that it was to be. */
  | { readonly kind: 'given'; readonly id: string }
  /** A dead letter that was kept without its event's id: its place among the dead letters stands for it. */
  | { readonly kind: 'letter'; readonly partition: number; readonly offset: number }
  /** Nothing to hold on to: a retry makes another event. Plain syslog, HTTP without ids. */
  | { readonly kind: 'none' };

/** The event's id, equal for equal source positions (architecture: ids from source positions). */
export function eventId(position: SourcePosition): string {
  switch (position.kind) {
    case 'file':
      return fileIds(position.fingerprint, position.offset);
    case 'kafka':
      return kafkaIds(kafkaPlace(position), position.offset);
    case 'journald':
      return hash('journald', [...(position.sender === undefined ? [] : [position.sender]), position.cursor]);
    case 'sender':
      return hash('sender', [position.sender, position.index, position.id]);
    case 'request':
      return hash('request', [position.sender, position.key, position.item]);
    case 'member':
      return hash('member', [position.of, position.item]);
    case 'given':
      return position.id;
    case 'letter':
      return hash('letter', [position.partition, position.offset]);
    case 'none':
      return randomId();
  }
}

const kafkaPlace = ({ cluster, topic, partition }: SourcePosition & { kind: 'kafka' }): string =>
  `${cluster.length}:${cluster} ${topic} ${partition}`;

/**
 * Whether the same event can come again under its id, so that the store must look for it: a sender's retry, a file read
 * again after a crash.
 */
export const mayComeAgain = (position: SourcePosition): boolean => position.kind !== 'none';

/** A match is one detector's finding on one event. */
export const matchId = (detector: string, event: string): string => hash('match', [detector, event]);

/**
 * A score is what one version of a model, or one detector, says of one event or of one interval of an entity.
 *
 * @param of the event's id; of an interval what tells it from all others
 */
export const scoreId = (scorer: string, version: string, of: string): string =>
  hash('score', [scorer, version, of]);

/**
 * An alert gathers the matches of one detector with one entity key in one suppression bucket of event time, so its
 * id is the same in any order of arrival and on replay.
 *
 * @param bucketStart start of the aligned bucket, epoch milliseconds
 */
export const alertId = (detector: string, key: EntityKey, bucketStart: number): string =>
  hash('alert', [detector, ...key.flatMap(({ field, value }) => [field, value]), bucketStart]);
