import type { WindowsRecord } from './event.ts';
import { domain, logonId, netbios, sidOf, type WindowsHost } from './office.ts';
import type { Random } from './random.ts';
import type { ProcessStart } from './sysmon.ts';

const port = (random: Random): string => String(random.int(49_200, 65_400));
const nullSid = 'S-1-0-0';

const noGuid = '{00000000-0000-0000-0000-000000000000}';

const hexPid = (random: Random): string => `0x${(random.int(250, 3_000) * 4).toString(16)}`;

const subject = (user: string, host: WindowsHost): Record<string, string> => ({
  SubjectUserSid: sidOf(user),
  SubjectUserName: user,
  SubjectDomainName: user === 'SYSTEM' ? 'NT AUTHORITY' : netbios,
  SubjectLogonId: logonId(user, host.name),
});

const security = (host: WindowsHost, id: number, data: Readonly<Record<string, string>>): WindowsRecord => ({
  host,
  log: 'Security',
  id,
  data,
});

/** Security 4688 with the command line, as audited by policy. */
export const processAudited = (random: Random, start: ProcessStart): WindowsRecord =>
  security(start.host, 4688, {
    ...subject(start.user, start.host),
    NewProcessId: hexPid(random),
    NewProcessName: start.image,
    TokenElevationType: start.integrity === 'High' ? '%%1937' : '%%1938',
    ProcessId: hexPid(random),
    CommandLine: start.commandLine,
    TargetUserSid: nullSid,
    TargetUserName: '-',
    TargetDomainName: '-',
    TargetLogonId: '0x0',
    ParentProcessName: start.parent,
    MandatoryLabel: start.integrity === 'High' ? 'S-1-16-12288' : 'S-1-16-8192',
  });

export interface Logon {
  readonly host: WindowsHost;
  readonly user: string;
  /** 2 interactive, 3 network, 5 service, 10 remote interactive. */
  readonly type: 2 | 3 | 5 | 10;
  readonly from?: { readonly name: string; readonly address: string };
}

/** Security 4624. */
export const loggedOn = (random: Random, { host, user, type, from }: Logon): WindowsRecord =>
  security(host, 4624, {
    ...(type === 3
      ? { SubjectUserSid: nullSid, SubjectUserName: '-', SubjectDomainName: '-', SubjectLogonId: '0x0' }
      : subject('SYSTEM', host)),
    TargetUserSid: sidOf(user),
    TargetUserName: user,
    TargetDomainName: netbios,
    TargetLogonId: logonId(user, host.name),
    LogonType: String(type),
    LogonProcessName: type === 3 ? 'NtLmSsp ' : type === 5 ? 'Advapi  ' : 'User32 ',
    AuthenticationPackageName: type === 3 ? 'NTLM' : 'Negotiate',
    WorkstationName: from?.name ?? host.name,
    LogonGuid: noGuid,
    TransmittedServices: '-',
    LmPackageName: type === 3 ? 'NTLM V2' : '-',
    KeyLength: type === 3 ? '128' : '0',
    ProcessId: type === 3 ? '0x0' : hexPid(random),
    ProcessName: type === 3 ? '-' : 'C:\\Windows\\System32\\svchost.exe',
    IpAddress: from?.address ?? (type === 5 ? '-' : '127.0.0.1'),
    IpPort: from === undefined ? '0' : port(random),
    ImpersonationLevel: '%%1833',
    ElevatedToken: type === 5 ? '%%1842' : '%%1843',
  });

/** Security 4634. */
export const loggedOff = (host: WindowsHost, user: string, type: Logon['type']): WindowsRecord =>
  security(host, 4634, {
    TargetUserSid: sidOf(user),
    TargetUserName: user,
    TargetDomainName: netbios,
    TargetLogonId: logonId(user, host.name),
    LogonType: String(type),
  });

/** Security 4672. */
export const privilegesAssigned = (host: WindowsHost, user: string): WindowsRecord =>
  security(host, 4672, {
    ...subject(user, host),
    PrivilegeList:
      'SeSecurityPrivilege\r\n\t\t\tSeBackupPrivilege\r\n\t\t\tSeRestorePrivilege\r\n\t\t\tSeDebugPrivilege',
  });

/** Security 4625: status 0xc000006d, and in the sub-status whether the name or the password was wrong. */
export const logonFailed = (
  random: Random,
  { host, user, type, from }: Logon,
  knownUser = true,
): WindowsRecord =>
  security(host, 4625, {
    SubjectUserSid: nullSid,
    SubjectUserName: '-',
    SubjectDomainName: '-',
    SubjectLogonId: '0x0',
    TargetUserSid: nullSid,
    TargetUserName: user,
    TargetDomainName: netbios,
    Status: '0xc000006d',
    FailureReason: '%%2313',
    SubStatus: knownUser ? '0xc000006a' : '0xc0000064',
    LogonType: String(type),
    LogonProcessName: type === 3 ? 'NtLmSsp ' : 'User32 ',
    AuthenticationPackageName: type === 3 ? 'NTLM' : 'Negotiate',
    WorkstationName: from?.name ?? host.name,
    TransmittedServices: '-',
    LmPackageName: '-',
    KeyLength: '0',
    ProcessId: '0x0',
    ProcessName: '-',
    IpAddress: from?.address ?? '127.0.0.1',
    IpPort: from === undefined ? '0' : port(random),
  });

/** Security 4728 (global group) or 4732 (local group): `member` joins `group`. */
export const groupMemberAdded = (
  host: WindowsHost,
  by: string,
  member: string,
  group: { readonly name: string; readonly sid: string; readonly scope: 'global' | 'local' },
): WindowsRecord =>
  security(host, group.scope === 'global' ? 4728 : 4732, {
    MemberName: group.scope === 'global' ? `CN=${member},CN=Users,DC=${domain.split('.').join(',DC=')}` : '-',
    MemberSid: sidOf(member),
    TargetUserName: group.name,
    TargetDomainName: group.scope === 'global' ? netbios : 'Builtin',
    TargetSid: group.sid,
    ...subject(by, host),
    PrivilegeList: '-',
  });

/** Security 4720. */
export const accountCreated = (host: WindowsHost, by: string, name: string): WindowsRecord =>
  security(host, 4720, {
    TargetUserName: name,
    TargetDomainName: netbios,
    TargetSid: sidOf(name),
    ...subject(by, host),
    PrivilegeList: '-',
    SamAccountName: name,
    DisplayName: '%%1793',
    UserPrincipalName: `${name}@${domain}`,
    PrimaryGroupId: '513',
    OldUacValue: '0x0',
    NewUacValue: '0x15',
  });

/** System 7045. */
export const serviceInstalled = (host: WindowsHost, name: string, path: string): WindowsRecord => ({
  host,
  log: 'System',
  id: 7045,
  data: {
    ServiceName: name,
    ImagePath: path,
    ServiceType: 'user mode service',
    StartType: 'demand start',
    AccountName: 'LocalSystem',
  },
});

/** System 7036: a service entered a state. */
export const serviceState = (
  host: WindowsHost,
  name: string,
  state: 'running' | 'stopped',
): WindowsRecord => ({
  host,
  log: 'System',
  id: 7036,
  data: { param1: name, param2: state },
});

/** Security 1102. */
export const logCleared = (host: WindowsHost, by: string): WindowsRecord =>
  security(host, 1102, subject(by, host));
