import type { Dice } from './dice.ts';
import {
  anyone,
  anyProgram,
  commandLine,
  fullName,
  inside,
  libraries,
  outside,
  type Program,
  profile,
  programName,
  programs,
} from './estate.ts';
import type { Draw, Moment } from './windows_events.ts';

const hashes = (dice: Dice): string =>
  `SHA1=${dice.hex(40)},MD5=${dice.hex(32)},SHA256=${dice.hex(64)},IMPHASH=${dice.hex(32)}`;

const fileVersion = (dice: Dice): string => `10.0.19041.${1 + dice.below(4000)} (WinBuild.160101.0800)`;

/** What every event of Sysmon begins with. */
export const heading = (dice: Dice, { time }: Moment): Record<string, string> => ({
  RuleName: '-',
  UtcTime: time.replace('T', ' ').replace('Z', ''),
  ProcessGuid: dice.guid(),
  ProcessId: String(400 + 4 * dice.below(4000)),
});

export const fileDetails = (program: Program, dice: Dice): Record<string, string> => ({
  FileVersion: fileVersion(dice),
  Description: program.description,
  Product: program.product,
  Company: program.company,
  OriginalFileName: programName(program),
});

export const processCreated = (
  dice: Dice,
  moment: Moment,
  changed: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const program = anyProgram(dice);
  const parent = dice.once(3) ? anyProgram(dice) : (programs[dice.one([0, 8, 10])] as Program);
  const account = anyone(dice);
  return {
    ...heading(dice, moment),
    Image: program.image,
    ...fileDetails(program, dice),
    CommandLine: commandLine(program, dice),
    CurrentDirectory: dice.once(3) ? `${profile(account)}\\` : 'C:\\Windows\\system32\\',
    User: fullName(account),
    LogonGuid: dice.guid(),
    LogonId: account.logonId,
    TerminalSessionId: String(dice.below(4)),
    IntegrityLevel:
      account.domain === 'NT AUTHORITY' ? 'System' : dice.one(['Medium', 'Medium', 'Low', 'High']),
    Hashes: hashes(dice),
    ParentProcessGuid: dice.guid(),
    ParentProcessId: String(400 + 4 * dice.below(4000)),
    ParentImage: parent.image,
    ParentCommandLine: commandLine(parent, dice),
    ParentUser: fullName(account),
    ...changed,
  };
};

export const connected = (dice: Dice, moment: Moment): Record<string, string> => ({
  ...heading(dice, moment),
  Image: anyProgram(dice).image,
  User: fullName(anyone(dice)),
  Protocol: dice.once(4) ? 'udp' : 'tcp',
  Initiated: dice.once(5) ? 'false' : 'true',
  SourceIsIpv6: 'false',
  SourceIp: inside(dice),
  SourceHostname: moment.computer,
  SourcePort: String(49_152 + dice.below(16_000)),
  SourcePortName: '-',
  DestinationIsIpv6: 'false',
  DestinationIp: dice.once(2) ? inside(dice) : outside(dice),
  DestinationHostname: '-',
  DestinationPort: dice.one(['443', '443', '443', '80', '53', '445', '389', '88', '135', '5985', '8443']),
  DestinationPortName: dice.one(['https', '-', '-', 'domain', 'microsoft-ds', 'ldap']),
});

export const libraryLoaded = (dice: Dice, moment: Moment): Record<string, string> => {
  const own = dice.once(8);
  const program = anyProgram(dice);
  const library = dice.usual(libraries);
  const folder = program.image.slice(0, program.image.lastIndexOf('\\'));
  return {
    ...heading(dice, moment),
    Image: program.image,
    ImageLoaded: own ? `${folder}\\${dice.name(8)}.dll` : `C:\\Windows\\System32\\${library}`,
    FileVersion: own ? `${dice.below(9)}.${dice.below(20)}.0` : fileVersion(dice),
    Description: own ? program.description : `${library.split('.')[0]} API Client`,
    Product: own ? program.product : 'Microsoft® Windows® Operating System',
    Company: own ? program.company : 'Microsoft Corporation',
    OriginalFileName: own ? '-' : library,
    Hashes: hashes(dice),
    Signed: 'true',
    Signature: own ? program.company : 'Microsoft Windows',
    SignatureStatus: 'Valid',
    User: fullName(anyone(dice)),
  };
};

const frames = [
  'SYSTEM32\\ntdll.dll',
  'System32\\KERNELBASE.dll',
  'System32\\combase.dll',
  'System32\\RPCRT4.dll',
  'system32\\lsasrv.dll',
  'System32\\psmserviceexthost.dll',
  'system32\\wbem\\cimwin32.dll',
];

export const processOpened = (
  dice: Dice,
  moment: Moment,
  changed: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const { RuleName = '-', UtcTime = '', ProcessGuid = '', ProcessId = '' } = heading(dice, moment);
  const calls = Array.from(
    { length: 5 + dice.below(16) },
    () => `C:\\Windows\\${dice.usual(frames)}+${dice.hex(5).toLowerCase()}`,
  );
  return {
    RuleName,
    UtcTime,
    SourceProcessGUID: ProcessGuid,
    SourceProcessId: ProcessId,
    SourceThreadId: String(dice.below(20_000)),
    SourceImage: anyProgram(dice).image,
    TargetProcessGUID: dice.guid(),
    TargetProcessId: String(400 + 4 * dice.below(4000)),
    TargetImage: dice.usual(programs.filter((each) => programName(each) !== 'lsass.exe')).image,
    GrantedAccess: dice.one(['0x1000', '0x1400', '0x1478', '0x3000', '0x101541', '0x100000']),
    CallTrace: calls.join('|'),
    SourceUser: fullName(anyone(dice)),
    TargetUser: fullName(anyone(dice)),
    ...changed,
  };
};

const folders: readonly ((dice: Dice, home: string) => string)[] = [
  (dice, home) => `${home}\\AppData\\Local\\Temp\\${dice.name(8)}.tmp`,
  (dice, home) =>
    `${home}\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Cache\\Cache_Data\\f_${dice.hex(6).toLowerCase()}`,
  (dice, home) => `${home}\\Documents\\report-${dice.name(5)}.xlsx`,
  (dice) => `C:\\Windows\\Prefetch\\${dice.name(9).toUpperCase()}.EXE-${dice.hex(8)}.pf`,
  (dice) => `C:\\ProgramData\\Northwind\\Queue\\${dice.name(16)}.json`,
  (dice) => `C:\\Windows\\ServiceState\\EventLog\\Data\\lastalive${dice.below(2)}.dat`,
];

export const fileCreated = (dice: Dice, moment: Moment): Record<string, string> => {
  const account = anyone(dice);
  const { UtcTime = '', ...rest } = heading(dice, moment);
  return {
    ...rest,
    UtcTime,
    Image: anyProgram(dice).image,
    TargetFilename: dice.usual(folders)(dice, profile(account)),
    CreationUtcTime: UtcTime,
    User: fullName(account),
  };
};

const keys: readonly ((dice: Dice) => string)[] = [
  (dice) =>
    `HKLM\\System\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\${dice.guid()}\\LeaseTerminatesTime`,
  (dice) =>
    `HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Diagnostics\\DiagTrack\\Counters\\${dice.name(10)}`,
  (dice) =>
    `HKU\\S-1-5-21-2025429265-688789844-1708537768-${1104 + 7 * dice.below(120)}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RecentDocs\\.xlsx\\${dice.below(150)}`,
  (dice) => `HKLM\\SOFTWARE\\Microsoft\\WindowsUpdate\\UX\\StateVariables\\${dice.name(12)}`,
  (dice) => `HKLM\\SOFTWARE\\Northwind\\Agent\\Modules\\${dice.guid()}\\LastRun`,
  (dice) =>
    `HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\UserSettings\\S-1-5-21-2025429265-688789844-1708537768-${1104 + 7 * dice.below(120)}\\${dice.name(14)}`,
];

export const registryKey = (dice: Dice, moment: Moment): Record<string, string> => {
  const { RuleName = '-', ...rest } = heading(dice, moment);
  return {
    RuleName,
    EventType: dice.one(['CreateKey', 'DeleteValue', 'CreateKey', 'DeleteKey']),
    ...rest,
    Image: anyProgram(dice).image,
    TargetObject: dice.usual(keys)(dice),
    User: fullName(anyone(dice)),
  };
};

export const registryValue = (dice: Dice, moment: Moment): Record<string, string> => ({
  ...registryKey(dice, moment),
  EventType: 'SetValue',
  Details: dice.one([
    `DWORD (0x${dice.hex(8).toLowerCase()})`,
    'Binary Data',
    `QWORD (0x${dice.hex(16).toLowerCase()})`,
    `C:\\ProgramData\\Northwind\\${dice.name(8)}.dat`,
  ]),
});

export const nameAsked = (dice: Dice, moment: Moment): Record<string, string> => {
  const asked = dice.one([
    'www.example.com',
    'updates.example.net',
    `${dice.name(8)}.cdn.example.org`,
    'dc01.northwind.example',
    'wpad',
    'outlook.mail.example',
  ]);
  return {
    ...heading(dice, moment),
    QueryName: asked,
    QueryStatus: dice.once(8) ? '9003' : '0',
    QueryResults: `type:  5 edge-${dice.name(6)}.example.net;::ffff:${outside(dice)};::ffff:${outside(dice)};`,
    Image: anyProgram(dice).image,
    User: fullName(anyone(dice)),
  };
};

/** By event id, with the title that its message begins with. */
export const sysmonKinds: readonly { id: number; title: string; weight: number; draw: Draw }[] = [
  { id: 1, title: 'Process Create', weight: 35, draw: processCreated },
  { id: 3, title: 'Network connection detected', weight: 80, draw: connected },
  { id: 7, title: 'Image loaded', weight: 130, draw: libraryLoaded },
  { id: 10, title: 'Process accessed', weight: 90, draw: processOpened },
  { id: 11, title: 'File created', weight: 60, draw: fileCreated },
  { id: 12, title: 'Registry object added or deleted', weight: 60, draw: registryKey },
  { id: 13, title: 'Registry value set', weight: 60, draw: registryValue },
  { id: 22, title: 'Dns query', weight: 50, draw: nameAsked },
];
