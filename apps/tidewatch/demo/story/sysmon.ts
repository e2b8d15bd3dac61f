import { createHash } from 'node:crypto';
import type { WindowsRecord } from './event.ts';
import { account, fqdn, logonId, type WindowsHost } from './office.ts';
import type { Random } from './random.ts';
import { sysmonTime } from './times.ts';

/** A program of a user on a host. */
export interface Program {
  readonly host: WindowsHost;
  readonly user: string;
  /** Full path of the image. */
  readonly image: string;
}

/** A program start. `parent` is the full path of the parent's image. */
export interface ProcessStart extends Program {
  readonly commandLine: string;
  readonly parent: string;
  readonly parentCommandLine?: string;
  readonly directory?: string;
  readonly integrity?: 'Low' | 'Medium' | 'High' | 'System';
}

const pid = (random: Random): string => String(random.int(250, 3_000) * 4);
const port = (random: Random): string => String(random.int(49_200, 65_400));
const fileName = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex').toUpperCase();

const sysmon = (
  host: WindowsHost,
  id: number,
  at: number,
  data: Readonly<Record<string, string>>,
): WindowsRecord => ({ host, log: 'Sysmon', id, data: { RuleName: '-', UtcTime: sysmonTime(at), ...data } });

/** Sysmon 1. */
export function processCreated(random: Random, at: number, start: ProcessStart): WindowsRecord {
  const { host, user, image, parent } = start;
  const name = fileName(image);
  return sysmon(host, 1, at, {
    ProcessGuid: random.guid(),
    ProcessId: pid(random),
    Image: image,
    FileVersion: '10.0.22621.1',
    Description: name.replace(/\.exe$/i, ''),
    Product: '-',
    Company: '-',
    OriginalFileName: name,
    CommandLine: start.commandLine,
    CurrentDirectory:
      start.directory ?? (user === 'SYSTEM' ? 'C:\\Windows\\system32\\' : `C:\\Users\\${user}\\`),
    User: account(user),
    LogonGuid: random.guid(),
    LogonId: logonId(user, host.name),
    TerminalSessionId: user === 'SYSTEM' ? '0' : '1',
    IntegrityLevel: start.integrity ?? (user === 'SYSTEM' ? 'System' : 'Medium'),
    Hashes: `SHA256=${sha256(image.toLowerCase())}`,
    ParentProcessGuid: random.guid(),
    ParentProcessId: pid(random),
    ParentImage: parent,
    ParentCommandLine: start.parentCommandLine ?? parent,
    ParentUser: account(user),
  });
}

/** Sysmon 3. */
export const connected = (
  random: Random,
  at: number,
  { host, user, image }: Program,
  to: { readonly address: string; readonly port: number; readonly name?: string },
): WindowsRecord =>
  sysmon(host, 3, at, {
    ProcessGuid: random.guid(),
    ProcessId: pid(random),
    Image: image,
    User: account(user),
    Protocol: 'tcp',
    Initiated: 'true',
    SourceIsIpv6: 'false',
    SourceIp: host.address,
    SourceHostname: fqdn(host),
    SourcePort: port(random),
    SourcePortName: '-',
    DestinationIsIpv6: 'false',
    DestinationIp: to.address,
    DestinationHostname: to.name ?? '-',
    DestinationPort: String(to.port),
    DestinationPortName: to.port === 443 ? 'https' : '-',
  });

/** Sysmon 22. */
export const nameQueried = (
  random: Random,
  at: number,
  { host, user, image }: Program,
  name: string,
  address: string,
): WindowsRecord =>
  sysmon(host, 22, at, {
    ProcessGuid: random.guid(),
    ProcessId: pid(random),
    QueryName: name,
    QueryStatus: '0',
    QueryResults: `::ffff:${address};`,
    Image: image,
    User: account(user),
  });

/** Sysmon 11. */
export const fileCreated = (
  random: Random,
  at: number,
  { host, user, image }: Program,
  path: string,
): WindowsRecord =>
  sysmon(host, 11, at, {
    ProcessGuid: random.guid(),
    ProcessId: pid(random),
    Image: image,
    TargetFilename: path,
    CreationUtcTime: sysmonTime(at),
    User: account(user),
  });

/** Sysmon 10. */
export const processAccessed = (
  random: Random,
  at: number,
  { host, user, image }: Program,
  target: string,
  access: string,
): WindowsRecord =>
  sysmon(host, 10, at, {
    SourceProcessGUID: random.guid(),
    SourceProcessId: pid(random),
    SourceThreadId: pid(random),
    SourceImage: image,
    TargetProcessGUID: random.guid(),
    TargetProcessId: pid(random),
    TargetImage: target,
    GrantedAccess: access,
    CallTrace: `C:\\Windows\\SYSTEM32\\ntdll.dll+${random.hex(5)}|C:\\Windows\\System32\\KERNELBASE.dll+${random.hex(5)}`,
    SourceUser: account(user),
    TargetUser: 'NT AUTHORITY\\SYSTEM',
  });
