import type { Dice } from './dice.ts';
import { fullName, person, system } from './estate.ts';
import type { Draw, Moment } from './windows_events.ts';

const commands = [
  'Get-ChildItem',
  'ForEach-Object',
  'Where-Object',
  'Select-Object',
  'Sort-Object',
  'Write-Verbose',
  'Out-String',
  'Get-Service',
  'Get-CimInstance',
  'Join-Path',
  'Test-Path',
  'ConvertTo-Json',
];
const nouns = [
  'Printer',
  'Ledger',
  'Share',
  'Mailbox',
  'Certificate',
  'Report',
  'Package',
  'Site',
  'Volume',
  'Invoice',
];

/** Lines of a script as an administrator's folder has them: functions, loops, checks. */
export function script(dice: Dice, lines: number): string {
  const line: readonly (() => string)[] = [
    () =>
      `    $${dice.one(nouns).toLowerCase()} = ${dice.one(commands)} -Path "D:\\Data\\${dice.name(7)}" -ErrorAction Stop`,
    () =>
      `    if ($null -eq $${dice.one(nouns).toLowerCase()}) { Write-Verbose "Nothing to do for $($_.Name)"; return }`,
    () =>
      `    foreach ($item in $${dice.one(nouns).toLowerCase()}s) { $total += $item.Length / ${1 + dice.below(2048)} }`,
    () =>
      `    $${dice.one(nouns).toLowerCase()} | Where-Object { $_.Status -eq 'Ready' } | Sort-Object -Property Name -Descending`,
    () =>
      `function Update-${dice.one(nouns)}${dice.below(90)} {\r\n    [CmdletBinding()]\r\n    param([Parameter(Mandatory = $true)] [string] $${dice.one(nouns)}, [int] $Limit = ${dice.below(500)})`,
    () => `    # Keeps what is younger than ${1 + dice.below(90)} days, as the retention plan says`,
    () => `    Write-Verbose ("{0} of {1} done" -f $count, $total)\r\n}`,
  ];
  return Array.from({ length: lines }, () => dice.one(line)()).join('\r\n');
}

const contextInfo = (dice: Dice, command: string): string => {
  const rows: readonly [string, string][] = [
    ['Severity', 'Informational'],
    ['Host Name', 'ConsoleHost'],
    ['Host Version', '5.1.19041.4522'],
    ['Host ID', dice.guid().slice(1, -1)],
    [
      'Host Application',
      `C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe -NoLogo -File C:\\ProgramData\\Northwind\\Scripts\\Inventory.ps1 -Site ${dice.name(5)}`,
    ],
    ['Engine Version', '5.1.19041.4522'],
    ['Runspace ID', dice.guid().slice(1, -1)],
    ['Pipeline ID', String(dice.below(400))],
    ['Command Name', command],
    ['Command Type', 'Cmdlet'],
    ['Script Name', 'C:\\ProgramData\\Northwind\\Scripts\\Inventory.ps1'],
    ['Command Path', ''],
    ['Sequence Number', String(dice.below(9000))],
    ['User', fullName(dice.once(2) ? system : person(dice))],
    ['Connected User', ''],
    ['Shell ID', 'Microsoft.PowerShell'],
  ];
  return rows.map(([name, value]) => `        ${name} = ${value}\r\n`).join('');
};

const commandRun: Draw = (dice) => {
  const command = dice.one(commands);
  const bound = Array.from(
    { length: 3 + dice.below(14) },
    () =>
      `ParameterBinding(${command}): name="${dice.one(['InputObject', 'Path', 'Property', 'Process', 'Filter'])}"; value="${dice.one(nouns)} ${dice.name(24)}"`,
  );
  return {
    ContextInfo: contextInfo(dice, command),
    UserData: '',
    Payload: `CommandInvocation(${command}): "${command}"\r\n${bound.join('\r\n')}\r\n`,
  };
};

export const scriptBlock = (
  dice: Dice,
  _: Moment,
  changed: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  MessageNumber: '1',
  MessageTotal: '1',
  ScriptBlockText: script(dice, 10 + dice.below(50)),
  ScriptBlockId: dice.guid().slice(1, -1),
  Path: 'C:\\ProgramData\\Northwind\\Scripts\\Inventory.ps1',
  ...changed,
});

const stateChanged: Draw = (dice) => ({
  param1: dice.one([
    'Windows Update',
    'Background Intelligent Transfer Service',
    'Windows Modules Installer',
    'Network Setup Service',
    'Print Spooler',
  ]),
  param2: dice.one(['running', 'stopped']),
  Binary: dice.hex(36),
});

export const serviceInstalled = (
  dice: Dice,
  _: Moment,
  changed: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  ServiceName: `Northwind ${dice.one(nouns)} Service`,
  ImagePath: `"C:\\Program Files\\Northwind\\${dice.one(nouns)}\\service.exe" --run`,
  ServiceType: 'user mode service',
  StartType: dice.one(['auto start', 'demand start']),
  AccountName: 'LocalSystem',
  ...changed,
});

const taskRun: Draw = (dice) => ({
  TaskName: dice.one([
    '\\Microsoft\\Windows\\UpdateOrchestrator\\Schedule Scan',
    '\\Northwind\\Inventory',
    '\\Microsoft\\Windows\\Defrag\\ScheduledDefrag',
  ]),
  TaskInstanceId: dice.guid(),
  ActionName: 'C:\\Windows\\System32\\UsoClient.exe',
  ResultCode: '0',
  EnginePID: String(400 + 4 * dice.below(4000)),
});

const signaturesUpdated: Draw = (dice) => ({
  'Product Name': 'Microsoft Defender Antivirus',
  'Product Version': '4.18.25090.3009',
  'Current security intelligence Version': `1.439.${dice.below(999)}.0`,
  'Previous security intelligence Version': `1.438.${dice.below(999)}.0`,
  'Update Type': 'Delta',
  Domain: 'NT AUTHORITY',
  User: 'SYSTEM',
  SID: 'S-1-5-18',
  'Current Engine Version': '1.1.25090.3001',
});

/** What is neither of Sysmon nor of the Security channel. */
export const otherKinds: readonly {
  channel: string;
  provider: string;
  guid: string;
  id: number;
  title: string;
  weight: number;
  task: number;
  draw: Draw;
}[] = [
  { ...powerShell(4103), title: 'A pipeline was executed', weight: 34, task: 106, draw: commandRun },
  { ...powerShell(4104), title: 'A script block was created', weight: 20, task: 2, draw: scriptBlock },
  { ...controlManager(7036), title: 'A service changed its state', weight: 12, task: 0, draw: stateChanged },
  { ...controlManager(7045), title: 'A service was installed', weight: 1, task: 0, draw: serviceInstalled },
  {
    channel: 'Microsoft-Windows-TaskScheduler/Operational',
    provider: 'Microsoft-Windows-TaskScheduler',
    guid: 'DE7B24EA-73C8-4A09-985D-5BDADCFA9017',
    id: 201,
    title: 'An action of a task was completed',
    weight: 12,
    task: 201,
    draw: taskRun,
  },
  {
    channel: 'Microsoft-Windows-Windows Defender/Operational',
    provider: 'Microsoft-Windows-Windows Defender',
    guid: '11CD958A-C507-4EF3-B3F2-5FD9DFBD2C78',
    id: 2000,
    title: 'The definitions were updated',
    weight: 2,
    task: 0,
    draw: signaturesUpdated,
  },
];

function powerShell(id: number) {
  return {
    channel: 'Microsoft-Windows-PowerShell/Operational',
    provider: 'Microsoft-Windows-PowerShell',
    guid: 'A0C1853B-5C40-4B15-8766-3CF1C58F985A',
    id,
  };
}

function controlManager(id: number) {
  return {
    channel: 'System',
    provider: 'Service Control Manager',
    guid: '555908D1-A6D7-4695-8E1E-26931D2012F4',
    id,
  };
}
