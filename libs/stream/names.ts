import { errors } from './errors.ts';

/** What a stream or a group may be called. */
export const namePattern = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** Names become file names, so they are checked before anything is opened. */
export function checkName(kind: 'Stream' | 'Group', name: string): void {
  if (!namePattern.test(name)) throw errors.STREAM_NAME({ kind, name: JSON.stringify(name) });
}
