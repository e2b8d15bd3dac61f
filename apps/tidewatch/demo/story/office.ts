import { createHash } from 'node:crypto';
import type { Random } from './random.ts';

/** An invented company. Names and addresses are reserved ones (RFC 2606, RFC 1918, RFC 5737, RFC 3849). */
export const domain = 'harbour.example';
export const netbios = 'HARBOUR';
const domainSid = 'S-1-5-21-2871004415-3920188704-1187650923';

export type Network = 'office' | 'server' | 'dmz';

export interface Host {
  readonly name: string;
  readonly address: string;
  readonly network: Network;
}

/** Which agent ships a Windows host's events. */
export type Agent = 'winlogbeat' | 'evtx_dump' | 'nxlog';
export interface WindowsHost extends Host {
  readonly agent: Agent;
  /** The account that works there; servers have a service account. */
  readonly user: string;
}

const officeUsers = [
  'reception',
  'finance1',
  'finance2',
  'payroll',
  'sales1',
  'sales2',
  'sales3',
  'purchasing',
  'marketing1',
  'design1',
  'legal-desk',
  'hr-desk',
  'planner',
  'warehouse1',
  'dev1',
  'it-helpdesk1',
] as const;

export const workstations: readonly WindowsHost[] = officeUsers.map((user, i) => ({
  name: `WS-${String(i + 1).padStart(2, '0')}`,
  address: `10.20.10.${11 + i}`,
  network: 'office',
  agent: i >= 13 ? 'evtx_dump' : 'winlogbeat',
  user,
}));

const windowsServer = (name: string, octet: number, agent: Agent, user: string): WindowsHost => ({
  name,
  address: `10.20.20.${octet}`,
  network: 'server',
  agent,
  user,
});

export const domainController = windowsServer('DC01', 10, 'evtx_dump', 'SYSTEM');
export const fileServer = windowsServer('FILE01', 11, 'winlogbeat', 'svc-backup');
const printServer = windowsServer('PRINT01', 12, 'nxlog', 'svc-print');
export const appServer = windowsServer('APP01', 13, 'nxlog', 'svc-deploy');
export const windowsServers = [domainController, fileServer, printServer, appServer] as const;

export const webServer: Host = { name: 'WEB01', address: '10.20.30.4', network: 'dmz' };
export const bastion: Host = { name: 'BASTION01', address: '10.20.30.5', network: 'dmz' };
export const buildServer: Host = { name: 'BUILD01', address: '10.20.20.21', network: 'server' };
const databaseServer: Host = { name: 'DB01', address: '10.20.20.22', network: 'server' };
export const linuxHosts = [webServer, bastion, buildServer, databaseServer] as const;

export const firewall: Host = { name: 'FW01', address: '10.20.20.1', network: 'server' };
export const resolver: Host = { name: 'RES01', address: '10.20.20.2', network: 'server' };

/** Accounts that log on to Linux hosts, with their user ids. */
export const linuxUsers = [
  { name: 'it-ops1', uid: 1001 },
  { name: 'it-ops2', uid: 1002 },
  { name: 'svc-deploy', uid: 1010 },
  { name: 'dev1', uid: 1021 },
  { name: 'dev2', uid: 1022 },
] as const;

/** Names that machines look up on a working day. */
export const visitedSites = [
  'intranet.harbour.example',
  'mail.harbour.example',
  'files.harbour.example',
  'updates.os-vendor.example',
  'telemetry.office-suite.example',
  'cdn.video-meetings.example',
  'news.example.com',
  'maps.example.org',
  'weather.example.net',
  'api.payments.example',
  'supplier-portal.example',
  'timesheets.example.com',
  'static.fonts.example',
  'search.example.com',
] as const;

/** The public address behind a name: always the same for a name. */
export const publicAddress = (name: string): string =>
  `198.51.100.${10 + ((createHash('sha256').update(name).digest()[0] as number) % 200)}`;

export const fqdn = (host: Host): string => `${host.name}.${domain}`;

/** Account's security identifier, always the same for a name. */
export function sidOf(user: string): string {
  if (user === 'SYSTEM') return 'S-1-5-18';
  if (user === 'Administrator') return `${domainSid}-500`;
  const digest = createHash('sha256').update(user).digest();
  return `${domainSid}-${1_100 + (digest.readUInt16BE(0) % 4_000)}`;
}

/** Logon id of a user's session on a host, stable so that events of one session can be joined. */
export function logonId(user: string, host: string): string {
  if (user === 'SYSTEM') return '0x3e7';
  return `0x${createHash('sha256').update(`${user}@${host}`).digest('hex').slice(0, 6).replace(/^0/, '1')}`;
}

/** `HARBOUR\finance2`, or `NT AUTHORITY\SYSTEM`. */
export const account = (user: string): string =>
  user === 'SYSTEM' ? 'NT AUTHORITY\\SYSTEM' : `${netbios}\\${user}`;

/** An address somewhere on the internet that belongs to nobody (RFC 5737). */
export const outsideAddress = (random: Random): string =>
  `${random.pick(['192.0.2', '203.0.113'])}.${random.int(2, 250)}`;
