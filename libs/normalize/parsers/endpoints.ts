import { isObject, type JsonObject } from '@tidewatch/event';
import { ipAddress } from '../setters.ts';

const ends = ['source', 'destination', 'client', 'server'] as const;

/** ECS keeps what a source wrote of an end in `address`, and the same in `ip` or `domain`: whichever it is. */
export function setEndpoints(fields: JsonObject): void {
  for (const name of ends) {
    const end = fields[name];
    if (!isObject(end) || typeof end.address !== 'string' || end.ip !== undefined) continue;
    const address = ipAddress(end.address);
    if (address !== undefined) end.ip = address;
    else if (end.domain === undefined) end.domain = end.address;
  }
}
