import { createHash, randomBytes } from 'node:crypto';
import type { EntityKey } from './match.ts';

/** Ids are 16 bytes in base64url: 22 characters, the first bytes of a SHA-256 over the parts with their lengths. */
function hash(kind: string, parts: readonly (string | number)[]): string {
  const digest = createHash('sha256');
  digest.update(kind);
  for (const part of parts) {
    const text = String(part);
    // The length goes in front, so that ("ab","c") and ("a","bc") differ.
    digest.update(`\0${text.length}:`);
    digest.update(text);
  }
  return digest.digest().subarray(0, 16).toString('base64url');
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
  | { readonly kind: 'journald'; readonly cursor: string }
  /** The sender's own document id. `sender` is the API key or source, so that senders can't collide. */
  | { readonly kind: 'sender'; readonly sender: string; readonly index: string; readonly id: string }
  /** The idempotency key of a request and the position in it. */
  | { readonly kind: 'request'; readonly sender: string; readonly key: string; readonly item: number }
  /** Nothing to hold on to: a retry makes another event. Plain syslog, HTTP without ids. */
  | { readonly kind: 'none' };

/** The event's id, equal for equal source positions (architecture: ids from source positions). */
export function eventId(position: SourcePosition): string {
  switch (position.kind) {
    case 'file':
      return hash('file', [position.fingerprint, position.offset]);
    case 'kafka':
      return hash('kafka', [position.cluster, position.topic, position.partition, position.offset]);
    case 'journald':
      return hash('journald', [position.cursor]);
    case 'sender':
      return hash('sender', [position.sender, position.index, position.id]);
    case 'request':
      return hash('request', [position.sender, position.key, position.item]);
    case 'none':
      return randomBytes(16).toString('base64url');
  }
}

/**
 * Whether the same event can come again under its id, so that the store must look for it: a sender's retry, a file read
 * again after a crash.
 */
export const mayComeAgain = (position: SourcePosition): boolean => position.kind !== 'none';

/** A match is one detector's finding on one event. */
export const matchId = (detector: string, event: string): string => hash('match', [detector, event]);

/**
 * An alert gathers the matches of one detector with one entity key in one suppression bucket of event time, so its
 * id is the same in any order of arrival and on replay.
 *
 * @param bucketStart start of the aligned bucket, epoch milliseconds
 */
export const alertId = (detector: string, key: EntityKey, bucketStart: number): string =>
  hash('alert', [detector, ...key.flatMap(({ field, value }) => [field, value]), bucketStart]);
