import type { Dice } from './dice.ts';

/** An account as events name it. */
export interface Account {
  readonly name: string;
  readonly domain: string;
  readonly sid: string;
  readonly logonId: string;
}

/** A program with the details that Sysmon reads from its file. */
export interface Program {
  readonly image: string;
  readonly description: string;
  readonly company: string;
  readonly product: string;
  /** What stands behind the image in command lines. */
  readonly args: readonly ((dice: Dice) => string)[];
}

const domain = 'NORTHWIND';
const domainSid = 'S-1-5-21-2025429265-688789844-1708537768';

export const system: Account = {
  name: 'SYSTEM',
  domain: 'NT AUTHORITY',
  sid: 'S-1-5-18',
  logonId: '0x3e7',
};
const service: Account[] = [
  { name: 'LOCAL SERVICE', domain: 'NT AUTHORITY', sid: 'S-1-5-19', logonId: '0x3e5' },
  { name: 'NETWORK SERVICE', domain: 'NT AUTHORITY', sid: 'S-1-5-20', logonId: '0x3e4' },
];
const people: Account[] = Array.from({ length: 120 }, (_, i) => ({
  name: `${['anna', 'bruno', 'chen', 'divya', 'emeka', 'farah', 'greta', 'hugo'][i % 8]}.${['adler', 'okafor', 'silva', 'nguyen', 'meyer', 'costa', 'haddad', 'larsen', 'rossi', 'kaya', 'weber', 'moreau', 'ito', 'novak', 'singh'][i % 15]}${i >= 60 ? 2 : ''}`,
  domain,
  sid: `${domainSid}-${1104 + i * 7}`,
  logonId: `0x${(0x2a9f1 + i * 7919).toString(16)}`,
}));

export const computers = [
  ...Array.from({ length: 60 }, (_, i) => `WS-${String(i + 1).padStart(4, '0')}.northwind.example`),
  'SRV-FILE01.northwind.example',
  'SRV-SQL02.northwind.example',
  'SRV-WEB01.northwind.example',
  'DC01.northwind.example',
  'DC02.northwind.example',
];

export const person = (dice: Dice): Account => dice.usual(people);
export const anyone = (dice: Dice): Account =>
  dice.below(10) < 5 ? system : dice.once(6) ? dice.one(service) : person(dice);
export const machineAccount = (computer: string): Account => ({
  name: `${computer.split('.')[0]}$`,
  domain,
  sid: 'S-1-5-18',
  logonId: '0x3e7',
});
export const fullName = ({ domain: of, name }: Account): string => `${of}\\${name}`;

export const inside = (dice: Dice): string =>
  `10.${20 + dice.below(4)}.${dice.below(40)}.${2 + dice.below(250)}`;
export const outside = (dice: Dice): string =>
  dice.one([
    `203.0.113.${dice.below(256)}`,
    `198.51.100.${dice.below(256)}`,
    `192.0.2.${dice.below(256)}`,
    `${20 + dice.below(30)}.${dice.below(256)}.${dice.below(256)}.${dice.below(256)}`,
  ]);

const ms = 'Microsoft Corporation';
const windows = 'Microsoft® Windows® Operating System';
const s32 = 'C:\\Windows\\System32';
const plain = (...texts: string[]) => texts.map((text) => () => text);
const program = (
  image: string,
  description: string,
  args: Program['args'] = plain(''),
  company = ms,
  product = windows,
): Program => ({ image, description, company, product, args });

/** The commonest first. */
export const programs: readonly Program[] = [
  program(`${s32}\\svchost.exe`, 'Host Process for Windows Services', [
    (d) =>
      ` -k ${d.one(['netsvcs', 'LocalService', 'NetworkService', 'LocalSystemNetworkRestricted', 'UnistackSvcGroup'])} -p -s ${d.one(['Schedule', 'gpsvc', 'BITS', 'wuauserv', 'Dnscache', 'WinHttpAutoProxySvc', 'LanmanServer', 'ProfSvc', 'Appinfo'])}`,
  ]),
  program(
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'Google Chrome',
    [
      (d) =>
        ` --type=${d.one(['renderer', 'utility', 'gpu-process'])} --lang=en-GB --device-scale-factor=1 --num-raster-threads=4 --renderer-client-id=${d.below(400)} --time-ticks-at-unix-epoch=-17${d.below(1e9)} --launch-time-ticks=${d.below(1e9)} --field-trial-handle=${d.below(9000)},i,${d.below(1e9)},${d.below(1e9)},262144 --variations-seed-version --mojo-platform-channel-handle=${d.below(9000)} /prefetch:${d.below(9)}`,
    ],
    'Google LLC',
    'Google Chrome',
  ),
  program(`${s32}\\backgroundTaskHost.exe`, 'Background Task Host', [
    (d) => ` -ServerName:${d.name(12)}.AppX${d.name(26)}.mca`,
  ]),
  program(`${s32}\\conhost.exe`, 'Console Window Host', plain(' 0xffffffff -ForceV1', ' 0x4')),
  program(`${s32}\\wbem\\WmiPrvSE.exe`, 'WMI Provider Host', plain(' -secured -Embedding', ' -Embedding')),
  program(
    `${s32}\\taskhostw.exe`,
    'Host Process for Windows Tasks',
    plain('', ' Install $(Arg0)', ' KEYROAMING'),
  ),
  program(`${s32}\\RuntimeBroker.exe`, 'Runtime Broker', plain(' -Embedding')),
  program(
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    'Microsoft Edge',
    [
      (d) =>
        ` --type=renderer --lang=en-GB --js-flags=--ms-user-locale= --renderer-client-id=${d.below(90)} --mojo-platform-channel-handle=${d.below(9000)} /prefetch:1`,
    ],
    ms,
    'Microsoft Edge',
  ),
  program('C:\\Windows\\explorer.exe', 'Windows Explorer', plain('', ' /NoUACCheck')),
  program(`${s32}\\SearchProtocolHost.exe`, 'Microsoft Windows Search Protocol Host', [
    (d) =>
      ` Global\\UsGthrFltPipeMssGthrPipe${d.below(999)}_ Global\\UsGthrCtrlFltPipeMssGthrPipe${d.below(999)} 1 -2147483646 "Software\\Microsoft\\Windows Search" "${s32}\\SearchIndexer"`,
  ]),
  program(`${s32}\\services.exe`, 'Services and Controller app'),
  program(`${s32}\\lsass.exe`, 'Local Security Authority Process'),
  program(`${s32}\\dllhost.exe`, 'COM Surrogate', [(d) => ` /Processid:${d.guid().toUpperCase()}`]),
  program(
    'C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE',
    'Microsoft Outlook',
    plain('', ' /recycle'),
    ms,
    'Microsoft Office',
  ),
  program(
    'C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE',
    'Microsoft Excel',
    [(d) => ` "C:\\Users\\Public\\Documents\\plan-${d.name(6)}.xlsx"`],
    ms,
    'Microsoft Office',
  ),
  program(`${s32}\\WindowsPowerShell\\v1.0\\powershell.exe`, 'Windows PowerShell', [
    (d) =>
      ` -NoLogo -File "C:\\ProgramData\\Northwind\\Scripts\\${d.one(['Inventory', 'Update-Certificates', 'Report-Disk', 'Sync-Printers'])}.ps1" -Verbose`,
  ]),
  program(`${s32}\\cmd.exe`, 'Windows Command Processor', [
    (d) =>
      ` /c "C:\\ProgramData\\Northwind\\Scripts\\${d.one(['logon', 'backup', 'cleanup'])}.cmd" ${d.below(100)}`,
  ]),
  program(
    'C:\\Program Files\\Northwind\\Agent\\nwagent.exe',
    'Northwind Inventory Agent',
    [
      (d) =>
        ` --poll --site north --interval ${d.below(900)} --token-file "C:\\ProgramData\\Northwind\\agent.tok"`,
    ],
    'Northwind Traders',
    'Northwind Agent',
  ),
  program(`${s32}\\gpupdate.exe`, 'Microsoft® Group Policy Update Utility', plain(' /target:computer')),
  program(
    'C:\\Program Files\\Git\\cmd\\git.exe',
    'Git for Windows',
    plain(' status --porcelain', ' fetch origin --prune', ' rev-parse HEAD'),
    'The Git Development Community',
    'Git',
  ),
  program(`${s32}\\msiexec.exe`, 'Windows® installer', plain(' /V')),
  program(
    `${s32}\\rundll32.exe`,
    'Windows host process (Rundll32)',
    plain(` ${s32}\\Windows.StateRepositoryClient.dll,StateRepositoryDoMaintenanceTasks`),
  ),
  program(`${s32}\\spoolsv.exe`, 'Spooler SubSystem App'),
  program(
    `${s32}\\sc.exe`,
    'Service Control Manager Configuration Tool',
    plain(' start wuauserv', ' query spooler'),
  ),
  program(
    'C:\\Program Files\\7-Zip\\7z.exe',
    '7-Zip Console',
    [(d) => ` a -tzip D:\\Archive\\${d.name(8)}.zip D:\\Export\\*.csv`],
    'Igor Pavlov',
    '7-Zip',
  ),
  program(`${s32}\\PING.EXE`, 'TCP/IP Ping Command', [(d) => ` -n 2 ${inside(d)}`]),
];

export const libraries = [
  'kernel32.dll',
  'ntdll.dll',
  'KernelBase.dll',
  'user32.dll',
  'gdi32.dll',
  'advapi32.dll',
  'msvcrt.dll',
  'sechost.dll',
  'rpcrt4.dll',
  'combase.dll',
  'ucrtbase.dll',
  'ole32.dll',
  'shell32.dll',
  'shlwapi.dll',
  'bcryptprimitives.dll',
  'imm32.dll',
  'uxtheme.dll',
  'propsys.dll',
  'profapi.dll',
  'powrprof.dll',
  'cryptsp.dll',
  'mswsock.dll',
  'winhttp.dll',
  'dnsapi.dll',
  'IPHLPAPI.DLL',
  'wkscli.dll',
  'netutils.dll',
  'wtsapi32.dll',
  'userenv.dll',
  'cfgmgr32.dll',
  'setupapi.dll',
  'wintrust.dll',
  'crypt32.dll',
  'msasn1.dll',
  'gpapi.dll',
  'cryptnet.dll',
  'edputil.dll',
  'twinapi.appcore.dll',
  'CoreMessaging.dll',
  'ntmarta.dll',
] as const;

export const programName = ({ image }: Program): string => image.slice(image.lastIndexOf('\\') + 1);

/** A program, with the path it would have for this account where it lives in a profile. */
export const anyProgram = (dice: Dice): Program => dice.usual(programs);

/** As processes write command lines: in quotes or not. */
export const commandLine = ({ image, args }: Program, dice: Dice): string =>
  `${image.includes(' ') || dice.once(3) ? `"${image}"` : image}${dice.one(args)(dice)}`;

export const profile = ({ domain: of, name }: Account): string =>
  of === domain && !name.endsWith('$') ? `C:\\Users\\${name}` : `${s32}\\config\\systemprofile`;
