import type { Draft } from '../event.ts';
import { logCleared, processAudited } from '../eventlog.ts';
import { authLog } from '../linux.ts';
import { bastion, fileServer } from '../office.ts';
import { processCreated } from '../sysmon.ts';
import { encodedCommand } from './beacon.ts';
import { type Cast, recorder } from './cast.ts';

const system32 = 'C:\\Windows\\System32';

/** The hives once more, with the command lines cut up by carets and quotes: the same deed, and no rule's words. */
export function evasion({ random }: Cast, from: number): Draft[] {
  const draft = recorder('evasion');
  const base = { host: fileServer, user: 'Administrator', integrity: 'High' as const };
  const cmd = `${system32}\\cmd.exe`;
  const cut = [
    {
      ...base,
      image: cmd,
      commandLine: 'cmd.exe /c r^eg sa""ve hk^lm\\s^am C:\\Users\\Public\\tide.tmp',
      parent: cmd,
    },
    {
      ...base,
      image: `${system32}\\reg.exe`,
      commandLine: 'reg sa""ve hk""lm\\s""am C:\\Users\\Public\\tide.tmp',
      parent: cmd,
    },
    {
      ...base,
      image: `${system32}\\WindowsPowerShell\\v1.0\\powershell.exe`,
      commandLine: `powershell.exe -No"Pr"ofile -Win"do"wStyle Hid"d"en -"En"c"odedC"ommand ${encodedCommand('Get-ChildItem C:\\Shares -Recurse')}`,
      parent: cmd,
    },
  ];
  return cut.flatMap((start, i) => {
    const at = from + i * 4_000;
    return [draft(at, processCreated(random, at, start)), draft(at + 3, processAudited(random, start))];
  });
}

/** At the end the logs go. */
export function coveringTracks({ intruder }: Cast, from: number): Draft[] {
  const phase = 'covering_tracks';
  const command = '/usr/bin/truncate -s 0 /var/log/auth.log';
  const text = ` ${intruder} : TTY=pts/1 ; PWD=/home/${intruder} ; USER=root ; COMMAND=${command}`;
  return [
    recorder(phase)(from, logCleared(fileServer, 'Administrator')),
    authLog(bastion, phase)(from + 20_000, 'sudo', undefined, text),
  ];
}
