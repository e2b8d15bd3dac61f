import type { Dice } from './dice.ts';
import {
  type Account,
  anyone,
  anyProgram,
  commandLine,
  inside,
  machineAccount,
  outside,
  person,
  programs,
  system,
} from './estate.ts';
import type { Draw, Moment } from './windows_events.ts';

const subject = ({ sid, name, domain, logonId }: Account) => ({
  SubjectUserSid: sid,
  SubjectUserName: name,
  SubjectDomainName: domain,
  SubjectLogonId: logonId,
});

const target = ({ sid, name, domain, logonId }: Account) => ({
  TargetUserSid: sid,
  TargetUserName: name,
  TargetDomainName: domain,
  TargetLogonId: logonId,
});

const pid = (dice: Dice): string => `0x${(400 + 4 * dice.below(4000)).toString(16)}`;
const nowhere = '{00000000-0000-0000-0000-000000000000}';

const loggedOn: Draw = (dice, { computer }) => {
  const own = dice.once(2);
  const account = own ? system : person(dice);
  return {
    ...subject(own ? machineAccount(computer) : { sid: 'S-1-0-0', name: '-', domain: '-', logonId: '0x0' }),
    ...target(account),
    LogonType: own ? '5' : dice.one(['3', '3', '3', '2', '7', '10']),
    LogonProcessName: own ? 'Advapi  ' : dice.one(['Kerberos', 'NtLmSsp ', 'User32 ']),
    AuthenticationPackageName: own ? 'Negotiate' : dice.one(['Kerberos', 'Kerberos', 'NTLM']),
    WorkstationName: own ? '-' : `WS-${String(1 + dice.below(60)).padStart(4, '0')}`,
    LogonGuid: own ? nowhere : dice.guid(),
    TransmittedServices: '-',
    LmPackageName: '-',
    KeyLength: '0',
    ProcessId: own ? pid(dice) : '0x0',
    ProcessName: own ? 'C:\\Windows\\System32\\services.exe' : '-',
    IpAddress: own ? '-' : inside(dice),
    IpPort: own ? '-' : String(49_152 + dice.below(16_000)),
    ImpersonationLevel: '%%1833',
    RestrictedAdminMode: '-',
    TargetOutboundUserName: '-',
    TargetOutboundDomainName: '-',
    VirtualAccount: '%%1843',
    TargetLinkedLogonId: '0x0',
    ElevatedToken: own ? '%%1842' : '%%1843',
  };
};

const logOnFailed: Draw = (dice) => ({
  ...subject({ sid: 'S-1-0-0', name: '-', domain: '-', logonId: '0x0' }),
  TargetUserSid: 'S-1-0-0',
  TargetUserName: dice.once(3) ? dice.one(['admin', 'test', 'scan', 'backup']) : person(dice).name,
  TargetDomainName: 'NORTHWIND',
  Status: '0xc000006d',
  FailureReason: '%%2313',
  SubStatus: dice.one(['0xc000006a', '0xc0000064']),
  LogonType: '3',
  LogonProcessName: 'NtLmSsp ',
  AuthenticationPackageName: 'NTLM',
  WorkstationName: `WS-${String(1 + dice.below(60)).padStart(4, '0')}`,
  TransmittedServices: '-',
  LmPackageName: '-',
  KeyLength: '0',
  ProcessId: '0x0',
  ProcessName: '-',
  IpAddress: inside(dice),
  IpPort: String(49_152 + dice.below(16_000)),
});

const privileges = [
  'SeSecurityPrivilege',
  'SeBackupPrivilege',
  'SeRestorePrivilege',
  'SeTakeOwnershipPrivilege',
  'SeDebugPrivilege',
  'SeSystemEnvironmentPrivilege',
  'SeLoadDriverPrivilege',
  'SeImpersonatePrivilege',
  'SeDelegateSessionUserImpersonatePrivilege',
];

const ticket: Draw = (dice) => {
  const account = person(dice);
  return {
    TargetUserName: account.name,
    TargetDomainName: account.domain,
    TargetSid: account.sid,
    ServiceName: 'krbtgt',
    ServiceSid: 'S-1-5-21-2025429265-688789844-1708537768-502',
    TicketOptions: '0x40810010',
    Status: dice.once(12) ? '0x18' : '0x0',
    TicketEncryptionType: '0x12',
    PreAuthType: '2',
    IpAddress: `::ffff:${inside(dice)}`,
    IpPort: String(49_152 + dice.below(16_000)),
    CertIssuerName: '',
    CertSerialNumber: '',
    CertThumbprint: '',
  };
};

const serviceTicket: Draw = (dice, { computer }) => {
  const account = person(dice);
  return {
    TargetUserName: `${account.name}@NORTHWIND.EXAMPLE`,
    TargetDomainName: 'NORTHWIND.EXAMPLE',
    ServiceName: machineAccount(computer).name,
    ServiceSid: `S-1-5-21-2025429265-688789844-1708537768-${1000 + dice.below(900)}`,
    TicketOptions: '0x40810000',
    TicketEncryptionType: '0x12',
    IpAddress: `::ffff:${inside(dice)}`,
    IpPort: String(49_152 + dice.below(16_000)),
    Status: '0x0',
    LogonGuid: dice.guid(),
    TransmittedServices: '-',
  };
};

export const processStarted = (
  dice: Dice,
  _: Moment,
  changed: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const program = anyProgram(dice);
  return {
    ...subject(anyone(dice)),
    NewProcessId: pid(dice),
    NewProcessName: program.image,
    TokenElevationType: '%%1936',
    ProcessId: pid(dice),
    CommandLine: commandLine(program, dice),
    TargetUserSid: 'S-1-0-0',
    TargetUserName: '-',
    TargetDomainName: '-',
    TargetLogonId: '0x0',
    ParentProcessName: dice.usual(programs).image,
    MandatoryLabel: dice.one(['S-1-16-16384', 'S-1-16-8192', 'S-1-16-12288']),
    ...changed,
  };
};

const packetAllowed: Draw = (dice) => {
  const incoming = dice.once(3);
  return {
    ProcessID: String(400 + 4 * dice.below(4000)),
    Application: anyProgram(dice).image.toLowerCase().replace('c:', '\\device\\harddiskvolume3'),
    Direction: incoming ? '%%14592' : '%%14593',
    SourceAddress: inside(dice),
    SourcePort: String(49_152 + dice.below(16_000)),
    DestAddress: dice.once(2) ? inside(dice) : outside(dice),
    DestPort: dice.one(['443', '80', '53', '445', '389', '88', '135']),
    Protocol: dice.once(4) ? '17' : '6',
    FilterRTID: String(60_000 + dice.below(20_000)),
    LayerName: incoming ? '%%14610' : '%%14611',
    LayerRTID: incoming ? '44' : '48',
    RemoteUserID: 'S-1-0-0',
    RemoteMachineID: 'S-1-0-0',
  };
};

const objects: readonly [type: string, name: (dice: Dice) => string][] = [
  ['File', (dice) => `D:\\Shares\\Finance\\2026\\ledger-${dice.name(6)}.xlsx`],
  ['Key', (dice) => `\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\bam\\State\\${dice.name(9)}`],
  ['File', (dice) => `D:\\Shares\\Projects\\${dice.name(9)}\\drawing-${dice.below(900)}.dwg`],
];

const objectUsed: Draw = (dice, { computer }) => {
  const [type, name] = dice.one(objects);
  return {
    ...subject(dice.once(2) ? machineAccount(computer) : person(dice)),
    ObjectServer: 'Security',
    ObjectType: type,
    ObjectName: name(dice),
    HandleId: pid(dice),
    AccessList: '%%4416\r\n\t\t\t\t%%4423\r\n\t\t\t\t',
    AccessMask: dice.one(['0x1', '0x80', '0x2', '0x20019']),
    ProcessId: pid(dice),
    ProcessName: anyProgram(dice).image,
    ResourceAttributes: 'S:AI',
  };
};

const explanation =
  'The subject is the account on this computer that asked for it; for services and scheduled work this is the computer itself. Fields that show a hyphen were not known to the component that wrote the record. Identifiers of sessions hold until the next restart, and tie together what one session did.';

/** By event id, with the title and the closing words of its message. */
export const securityKinds: readonly {
  id: number;
  title: string;
  weight: number;
  task: number;
  note?: string;
  failure?: boolean;
  draw: Draw;
}[] = [
  {
    id: 4624,
    title: 'An account has logged on',
    weight: 50,
    task: 12_544,
    note: explanation,
    draw: loggedOn,
  },
  {
    id: 4625,
    title: 'An account could not log on',
    weight: 8,
    task: 12_544,
    note: explanation,
    failure: true,
    draw: logOnFailed,
  },
  {
    id: 4634,
    title: 'An account has logged off',
    weight: 45,
    task: 12_545,
    note: explanation,
    draw: (dice) => ({ ...target(person(dice)), LogonType: dice.one(['3', '3', '2']) }),
  },
  {
    id: 4648,
    title: 'A log-on with given credentials was tried',
    weight: 6,
    task: 12_544,
    note: explanation,
    draw: (dice, { computer }) => ({
      ...subject(machineAccount(computer)),
      LogonGuid: dice.guid(),
      TargetUserName: person(dice).name,
      TargetDomainName: 'NORTHWIND',
      TargetLogonGuid: nowhere,
      TargetServerName: 'localhost',
      TargetInfo: 'localhost',
      ProcessId: pid(dice),
      ProcessName: 'C:\\Windows\\System32\\svchost.exe',
      IpAddress: '-',
      IpPort: '-',
    }),
  },
  {
    id: 4672,
    title: 'Special privileges were given to a new log-on',
    weight: 35,
    task: 12_548,
    draw: (dice) => ({
      ...subject(anyone(dice)),
      PrivilegeList: privileges.slice(0, 3 + dice.below(7)).join('\r\n\t\t\t'),
    }),
  },
  {
    id: 4688,
    title: 'A process has been started',
    weight: 35,
    task: 13_312,
    note: explanation,
    draw: processStarted,
  },
  {
    id: 4768,
    title: 'A Kerberos ticket was asked for',
    weight: 15,
    task: 14_339,
    note: explanation,
    draw: ticket,
  },
  {
    id: 4769,
    title: 'A Kerberos service ticket was asked for',
    weight: 40,
    task: 14_337,
    note: explanation,
    draw: serviceTicket,
  },
  {
    id: 5156,
    title: 'The filtering platform has allowed a connection',
    weight: 90,
    task: 12_810,
    draw: packetAllowed,
  },
  { id: 4663, title: 'An object was used', weight: 60, task: 12_800, draw: objectUsed },
];
