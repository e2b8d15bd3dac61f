import type { Activities, Activity, Phase, StoryEvent } from './event.ts';
import { outsideAddress, workstations } from './office.ts';
import { nginxTime } from './times.ts';

export interface WebRequest {
  readonly from: string;
  readonly method: 'GET' | 'POST' | 'HEAD';
  /** Path with its query, as the client sent it. */
  readonly target: string;
  readonly status: number;
  readonly bytes: number;
  readonly referrer?: string;
  readonly agent: string;
  readonly user?: string;
}

/** nginx's predefined `combined` log format. */
export function nginxLine(at: number, phase: Phase, request: WebRequest): StoryEvent {
  const { from, method, target, status, bytes, referrer = '-', agent, user = '-' } = request;
  const payload = `${from} - ${user} [${nginxTime(at)}] "${method} ${target} HTTP/1.1" ${status} ${bytes} "${referrer}" "${agent}"`;
  return { at, phase, channel: 'nginx_file', payload };
}

export const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
] as const;

const pages = [
  '/',
  '/berths',
  '/berths/availability?week=next',
  '/tariffs',
  '/contact',
  '/news/?page=2',
  '/search?q=mooring+fees',
  '/documents/harbour-rules.pdf',
] as const;
const assets = [
  '/assets/site.css',
  '/assets/site.js',
  '/assets/logo.svg',
  '/uploads/2026/harbour-map.png',
  '/favicon.ico',
] as const;
const apiCalls = ['/api/v1/tides', '/api/v1/berths?free=true', '/api/v1/weather'] as const;
const site = 'https://www.harbour.example';

/** A visitor opens a page with some of its assets. */
const pageView: Activity = (random, at) => {
  const from = random.chance(0.2)
    ? `2001:db8:${random.int(4_096, 65_535).toString(16)}::${random.int(2, 999)}`
    : outsideAddress(random);
  const agent = random.pick(browsers);
  const page = random.pick(pages);
  const lines = [
    nginxLine(at, 'baseline', {
      from,
      method: 'GET',
      target: page,
      status: random.chance(0.04) ? 404 : 200,
      bytes: random.int(2_000, 40_000),
      agent,
    }),
  ];
  for (let i = random.int(0, 2); i > 0; i--) {
    const target = random.pick(assets);
    const cached = random.chance(0.4);
    const request = {
      from,
      method: 'GET',
      target,
      status: cached ? 304 : 200,
      bytes: cached ? 0 : random.int(400, 90_000),
      agent,
    } as const;
    lines.push(nginxLine(at + random.int(20, 900), 'baseline', { ...request, referrer: `${site}${page}` }));
  }
  return lines;
};

const apiCall: Activity = (random, at) => [
  nginxLine(at, 'baseline', {
    from: random.pick(workstations).address,
    method: 'GET',
    target: random.pick(apiCalls),
    status: random.chance(0.01) ? 502 : 200,
    bytes: random.int(200, 4_000),
    referrer: `${site}/`,
    agent: random.pick(browsers),
  }),
];

const contactForm: Activity = (random, at) => [
  nginxLine(at, 'baseline', {
    from: outsideAddress(random),
    method: 'POST',
    target: '/contact.php',
    status: 302,
    bytes: 0,
    referrer: `${site}/contact`,
    agent: random.pick(browsers),
  }),
];

const healthCheck: Activity = (_random, at) => [
  nginxLine(at, 'baseline', {
    from: '10.20.20.1',
    method: 'HEAD',
    target: '/healthz',
    status: 200,
    bytes: 0,
    agent: 'uptime-probe/2.4',
  }),
];

/** Everyday life of the web server. */
export const webActivities: Activities = [
  [14, pageView],
  [6, apiCall],
  [0.6, contactForm],
  [3, healthCheck],
];
