import { createHash } from 'node:crypto';
import { type EcsEvent, encodeEvent } from '@tidewatch/event';
import { type IndexedEvent, parseDataClasses } from '@tidewatch/store';

export const classes = parseDataClasses(`
classes:
  short: { description: by day, ttl: 7d, readers: [analyst] }
  middle: { description: by week, ttl: 90d, readers: [analyst] }
approvals: []
`);

const ingested = Date.UTC(2024, 4, 15, 12);

/** The id of the n-th event: 22 characters, as Tidewatch makes them. */
export const idOf = (n: number): string =>
  createHash('sha256').update(`event ${n}`).digest().subarray(0, 16).toString('base64url');

/** The n-th event of a run, as JSON of about `bytes` bytes; the same for the same n. */
export function makeEvent(n: number, bytes = 600): IndexedEvent {
  const dataClass = n % 3 === 0 ? 'middle' : 'short';
  const id = idOf(n);
  const event: EcsEvent = {
    '@timestamp': new Date(ingested + n).toISOString(),
    event: { id, ingested: new Date(ingested).toISOString(), dataset: 'linux.auth', code: String(n % 40) },
    host: { name: `web-${n % 50}`, ip: [`10.0.${n % 200}.7`] },
    source: { ip: `192.0.2.${n % 250}`, port: 1024 + (n % 60_000) },
    user: { name: `user${n % 97}` },
    message: `Accepted publickey for user${n % 97} from 192.0.2.${n % 250} port ${n} ssh2`,
    tidewatch: { source: 'faults', data_class: dataClass },
  };
  const rest = bytes - JSON.stringify(event).length - ',"labels":{"padding":""}'.length;
  if (rest > 0)
    event.labels = { padding: createHash('sha512').update(id).digest('hex').repeat(20).slice(0, rest) };
  return indexed(event, n);
}

export function indexed(event: EcsEvent, offset: number): IndexedEvent {
  const { head, json } = encodeEvent(event);
  return { position: { partition: 0, offset }, head, senderChosenId: true, bytes: Buffer.from(json) };
}
