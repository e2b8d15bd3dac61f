/** How a field is indexed, as the template of Tidewatch's indices has it. */
export type FieldType = 'keyword' | 'words' | 'number' | 'address';

const numbers = new Set([
  'process.pid',
  'process.parent.pid',
  'source.port',
  'destination.port',
  'client.port',
  'server.port',
  'source.bytes',
  'destination.bytes',
  'http.request.bytes',
  'http.response.bytes',
  'http.response.status_code',
  'winlog.process.pid',
  'winlog.process.thread.id',
]);
const addresses = new Set(['dns.resolved_ip', 'network.forwarded_ip']);
const words = new Set(['message', 'error.message']);

export function fieldType(path: string): FieldType {
  if (words.has(path)) return 'words';
  if (numbers.has(path)) return 'number';
  return addresses.has(path) || path.endsWith('.ip') ? 'address' : 'keyword';
}

/** Fields of Windows' events that hold more than the 1,024 characters that are indexed, and stand nowhere else. */
const longFields = new Set(
  [
    ...['ScriptBlockText', 'Payload', 'ContextInfo', 'Data', 'QueryResults', 'ShareLocalPath'],
    ...['HostApplication', 'Contents', 'PossibleCause', 'TaskContent', 'TaskContentNew', 'AttributeValue'],
  ].map((name) => `winlog.event_data.${name}`),
);

export const isLong = (path: string): boolean => longFields.has(path);
