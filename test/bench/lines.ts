import { random } from '../seed.ts';

/** A whole number from 0 to below `limit`. */
type Below = (limit: number) => number;

function createBelow(seed: number): Below {
  const next = random(seed);
  return (limit) => Math.floor(next() * limit);
}

const users = [
  'root',
  'admin',
  'backup',
  'deploy',
  'finance2',
  'git',
  'oracle',
  'postgres',
  'test',
  'ubuntu',
];
const hosts = ['bastion01', 'web02', 'db-primary', 'build-7'];
const paths = [
  '/',
  '/login',
  '/api/v1/orders',
  '/static/app.js',
  '/images/logo.png',
  '/search',
  '/wp-login.php',
];
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'curl/8.5.0',
];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const one = <T>(below: Below, list: readonly T[]): T => list[below(list.length)] as T;
const address = (below: Below): string => `${1 + below(222)}.${below(256)}.${below(256)}.${1 + below(254)}`;
const two = (number: number): string => String(number).padStart(2, '0');

/** What sshd and PAM write, in the proportions of a host that the Internet guesses passwords on. */
function sshdMessage(below: Below): string {
  const user = one(below, users);
  const from = address(below);
  const port = 1024 + below(64_000);
  switch (below(10)) {
    case 0:
      return `Accepted publickey for ${user} from ${from} port ${port} ssh2: ED25519 SHA256:3Nw0yIZqJ8xkq0yJxPp1vFh4cKx2bD7mUo5tRa9sLeE`;
    case 1:
      return `Accepted password for ${user} from ${from} port ${port} ssh2`;
    case 2:
    case 3:
      return `Invalid user ${user} from ${from} port ${port}`;
    case 4:
      return `Failed password for invalid user ${user} from ${from} port ${port} ssh2`;
    case 5:
      return `Connection closed by authenticating user ${user} ${from} port ${port} [preauth]`;
    case 6:
      return `Received disconnect from ${from} port ${port}:11: disconnected by user`;
    case 7:
      return `pam_unix(sshd:session): session opened for user ${user}(uid=0) by (uid=0)`;
    default:
      return `Failed password for ${user} from ${from} port ${port} ssh2`;
  }
}

/** Lines of `/var/log/auth.log` in RFC 3164's form without priority, as rsyslog's default template writes them. */
export function sshdLines(count: number, seed: number, start: number): string[] {
  const below = createBelow(seed);
  return Array.from({ length: count }, (_, i) => {
    const at = new Date(start + i * 20);
    const stamp = `${months[at.getMonth()]} ${String(at.getDate()).padStart(2, ' ')} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
    return `${stamp} ${one(below, hosts)} sshd[${1000 + below(60_000)}]: ${sshdMessage(below)}`;
  });
}

/** Lines of nginx' access log in its `combined` format. */
export function nginxLines(count: number, seed: number, start: number): string[] {
  const below = createBelow(seed);
  return Array.from({ length: count }, (_, i) => {
    const at = new Date(start + i * 20);
    const stamp = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
    const status = one(below, [200, 200, 200, 200, 304, 301, 404, 403, 500]);
    const referrer = below(3) === 0 ? 'https://shop.example/start' : '-';
    const method = one(below, ['GET', 'GET', 'GET', 'POST', 'HEAD']);
    return `${address(below)} - - [${stamp}] "${method} ${one(below, paths)}?id=${below(100_000)} HTTP/1.1" ${status} ${below(50_000)} "${referrer}" "${one(below, agents)}"`;
  });
}

/** JSON documents of about 600 bytes, as an application's shipper sends them. */
export function documents(count: number, seed: number, start: number): string[] {
  const below = createBelow(seed);
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      '@timestamp': new Date(start + i * 20).toISOString(),
      message: `${one(below, ['GET', 'POST'])} ${one(below, paths)}?id=${below(100_000)} answered in ${below(2_000)} ms for session ${below(1e9)}`,
      event: { kind: 'event', category: ['web'], type: ['access'], action: 'request', duration: below(2e9) },
      host: { name: one(below, hosts), ip: [`10.0.0.${1 + below(250)}`] },
      source: { ip: address(below), port: 1024 + below(64_000) },
      user: { name: one(below, users) },
      http: { request: { method: 'GET' }, response: { status_code: one(below, [200, 304, 404, 500]) } },
      url: { path: one(below, paths) },
      service: { name: 'shop', version: `2.${below(20)}.${below(9)}` },
      trace: { id: `${below(1e9).toString(16)}${below(1e9).toString(16)}` },
      labels: { region: one(below, ['north', 'south']), release: 'stable', team: 'storefront' },
      log: { level: one(below, ['info', 'warn', 'error']) },
    }),
  );
}
