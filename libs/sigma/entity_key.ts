import { type EntityKey, isObject, type Json, type JsonObject } from '@tidewatch/event';
import { windowsViewOf } from './windows_view.ts';

/** Security events that are about the account they name as target: it is who logs on or is authenticated. */
const targetFirst = new Set(['4624', '4625', '4634', '4647', '4768', '4769', '4771', '4776']);

/**
 * Whom an alert on the event is about: `host.name` and `user.name`, each only where the event has one. ECS fields
 * come first; without them the host is the computer that logged the event, and the user the account that acted
 * (`User`, `SubjectUserName`; `TargetUserName` first where it is the one that logs on). A domain in front of a user's
 * name is left out, and `-` is no name. Where there is neither, as in a web server's log, it is the address that asked.
 */
export function entityKey(event: JsonObject): EntityKey {
  const { system, winlog, data } = windowsViewOf(event);
  const sources = [...data, event];
  const host =
    text(nested(event, 'host', 'name')) ??
    text(winlog?.computer_name) ??
    text(system?.Computer) ??
    pick(sources, hostFields);
  const eventId = text(winlog?.event_id) ?? text(system?.EventID) ?? text(event.EventID) ?? '';
  const names = targetFirst.has(eventId) ? ['TargetUserName', 'SubjectUserName', 'User'] : userFields;
  const user = text(nested(event, 'user', 'name')) ?? pick(sources, names);
  const key: { field: string; value: string }[] = [];
  if (host !== undefined) key.push({ field: 'host.name', value: host });
  if (user !== undefined) key.push({ field: 'user.name', value: user.slice(user.lastIndexOf('\\') + 1) });
  const address = key.length === 0 ? text(nested(event, 'source', 'ip')) : undefined;
  if (address !== undefined) key.push({ field: 'source.ip', value: address });
  return key;
}

const hostFields = ['Computer', 'Hostname', 'ComputerName'];
const userFields = ['User', 'SubjectUserName', 'TargetUserName', 'AccountName'];

function pick(sources: readonly JsonObject[], names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const source of sources) {
      const found = text(source[name]);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const nested = (event: JsonObject, outer: string, inner: string): Json | undefined => {
  const object = event[outer];
  return isObject(object) ? object[inner] : event[`${outer}.${inner}`];
};

function text(value: Json | undefined): string | undefined {
  const plain = isObject(value) ? value['#text'] : Array.isArray(value) ? value[0] : value;
  if (typeof plain === 'number') return String(plain);
  return typeof plain === 'string' && plain !== '' && plain !== '-' ? plain : undefined;
}
