import type { ShapeSlot } from './shapes.ts';
import type { Kind } from './tokens.ts';

/** What words that stand before a value, or name it, say it is. Kept to what is said the same in most logs. */
const byWord: ReadonlyMap<string, { readonly field: string; readonly kinds?: readonly Kind[] }> = new Map([
  ...says(
    'source.ip',
    ['ip'],
    'from src srcip src_ip source source_ip sourceip client client_ip clientip saddr rhost peer remote remote_addr remote_ip ip addr',
  ),
  ...says(
    'destination.ip',
    ['ip'],
    'to dst dstip dst_ip dest dest_ip destination destination_ip destip daddr server server_ip',
  ),
  ...says('source.port', ['number'], 'port sport spt srcport src_port source_port client_port'),
  ...says('destination.port', ['number'], 'dport dpt dstport dst_port dest_port destination_port'),
  ...says('source.mac', ['mac'], 'mac smac src_mac srcmac'),
  ...says('destination.mac', ['mac'], 'dmac dst_mac dstmac'),
  ...says('user.name', undefined, 'user username usr login account user_name by suser logname'),
  ...says('user.id', ['number', 'uuid', 'id'], 'uid user_id userid'),
  ...says('host.name', undefined, 'host hostname node device'),
  ...says('process.pid', ['number'], 'pid process_id'),
  ...says('process.name', undefined, 'process program comm exe_name'),
  ...says('file.path', ['path'], 'file path filename'),
  ...says('url.original', ['url', 'path'], 'url uri request_uri'),
  ...says('url.domain', ['domain'], 'vhost site'),
  ...says('http.request.method', undefined, 'method'),
  ...says('http.response.status_code', ['number'], 'status status_code http_status'),
  ...says('user_agent.original', undefined, 'agent user_agent useragent ua'),
  ...says('event.action', undefined, 'action act event operation op'),
  ...says('event.outcome', undefined, 'outcome'),
  ...says('event.reason', undefined, 'reason'),
  ...says('event.code', undefined, 'code event_id eventid'),
  ...says('network.transport', undefined, 'proto protocol transport'),
  ...says('network.bytes', ['number'], 'bytes'),
  ...says('source.bytes', ['number'], 'sent bytes_sent bytes_out sentbyte'),
  ...says('destination.bytes', ['number'], 'received bytes_received bytes_in rcvdbyte'),
  ...says('log.level', undefined, 'level severity loglevel lvl'),
  ...says('error.message', undefined, 'error err'),
  ...says('message', undefined, 'msg message'),
  ...says('dns.question.name', ['domain'], 'query qname'),
  ...says('rule.name', undefined, 'rule policy'),
]);

function says(
  field: string,
  kinds: readonly Kind[] | undefined,
  words: string,
): [string, { field: string; kinds?: readonly Kind[] }][] {
  return words.split(' ').map((name) => [name, kinds === undefined ? { field } : { field, kinds }]);
}

const levels =
  /^(?:trace|debug|info|information|notice|warn|warning|err|error|crit|critical|fatal|alert|emerg|severe)$/i;

const saysNothing = /^(?:of|at|by|the|an?|for|in|on|to|is|was|has|and|from|with|as|it)$/i;

/** Where values of a kind go that no word names, in order. */
const byKind: Partial<Record<Kind, readonly string[]>> = {
  ip: ['source.ip', 'destination.ip'],
  mac: ['source.mac', 'destination.mac'],
  url: ['url.original'],
  email: ['user.email'],
  path: ['file.path'],
  time: ['_time'],
  level: ['log.level'],
};

/** Gives fields names: those of ECS where the text says what they are, others under the module's. */
export interface Namer {
  /**
   * @param before the words before it, nearest last
   * @param key that names it, as in `user=alice`
   */
  readonly name: (
    slot: Extract<ShapeSlot, { kind: Kind }>,
    before: readonly string[],
    key: string | undefined,
  ) => string;
}

export function createNamer(module: string): Namer {
  const given = new Set<string>();
  let lastIp = '';
  const take = (field: string): string => {
    if (field === 'source.ip' || field === 'destination.ip') lastIp = field;
    given.add(field);
    return field;
  };
  const free = (field: string): boolean => !given.has(field);

  /** The second of a name gets a number. */
  function own(word: string): string {
    const base = `${module}.${nameOf(word)}`;
    for (let i = 1; ; i++) {
      const field = i === 1 ? base : `${base}_${i}`;
      if (free(field)) return take(field);
    }
  }

  return {
    name({ kind, values }, before, key) {
      if (kind === 'number' && key === '' && lastIp !== '') {
        const port = lastIp === 'source.ip' ? 'source.port' : 'destination.port';
        if (free(port)) return take(port);
      }
      const words = key === undefined ? [...before].reverse().slice(0, 2) : [key];
      for (const written of words) {
        const found = known(written, kind);
        if (found === undefined) continue;
        // A port after an address is that address'.
        const field =
          found === 'source.port' && lastIp === 'destination.ip' && key === undefined
            ? 'destination.port'
            : found;
        if (free(field)) return take(field);
      }
      if (key === undefined && values.every((value) => levels.test(value)) && free('log.level'))
        return take('log.level');
      const usual = byKind[kind]?.find(free);
      if (usual !== undefined) return take(usual);
      return own(key || before.findLast((word) => word !== '' && !saysNothing.test(word)) || kind);
    },
  };
}

/** The ECS field of a word that names values of a kind; undefined where it says nothing. */
export function known(word: string, kind: Kind | undefined): string | undefined {
  const found = byWord.get(word.toLowerCase().replaceAll('-', '_'));
  if (found === undefined) return undefined;
  return found.kinds === undefined || kind === undefined || found.kinds.includes(kind)
    ? found.field
    : undefined;
}

/** A word as the name of a field. */
export function nameOf(word: string): string {
  const name = word
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 40);
  return /^[a-z]/.test(name) ? name : `field${name === '' ? '' : `_${name}`}`;
}
