import { isObject, type JsonObject } from '@tidewatch/event';
import { ipAddress, objectAt } from '../setters.ts';

const ends = ['source', 'destination', 'client', 'server'] as const;

/**
 * ECS keeps what a source wrote of an end in `address`, and the same in `ip` or `domain`: whichever it is. Of what went
 * over a network the addresses say `network.type`.
 */
export function setEndpoints(fields: JsonObject): void {
  for (const name of ends) {
    const end = fields[name];
    if (!isObject(end) || typeof end.address !== 'string' || end.ip !== undefined) continue;
    const address = ipAddress(end.address);
    if (address !== undefined) end.ip = address;
    else if (end.domain === undefined) end.domain = end.address;
  }
  setNetworkType(fields);
}

function setNetworkType(fields: JsonObject): void {
  const { source, destination, client, network, event } = fields;
  const category = isObject(event) ? event.category : undefined;
  if (!isObject(network) && !(Array.isArray(category) && category.includes('network'))) return;
  const end = [source, destination, client].find((one) => isObject(one) && typeof one.ip === 'string');
  if (!isObject(end) || (isObject(network) && network.type !== undefined)) return;
  objectAt(fields, 'network').type = (end.ip as string).includes(':') ? 'ipv6' : 'ipv4';
}
