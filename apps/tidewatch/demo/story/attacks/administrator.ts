import type { Draft } from '../event.ts';
import { loggedOn, logonFailed, privilegesAssigned, serviceInstalled } from '../eventlog.ts';
import { firewallLine } from '../network.ts';
import { bastion, fileServer } from '../office.ts';
import { processCreated } from '../sysmon.ts';
import { type Cast, offset, recorder } from './cast.ts';

const phase = 'admin_brute_force';

/** From the bastion: two minutes against the file server's Administrator, then in, and a service for a shell. */
export function administratorBruteForce({ random }: Cast, from: number): Draft[] {
  const draft = recorder(phase);
  const logon = { host: fileServer, user: 'Administrator', type: 3, from: bastion } as const;
  const drafts: Draft[] = [];
  let at = from;
  for (; at < from + offset(2); at += random.int(2_500, 6_000)) {
    const packet = {
      verdict: 'ACCEPT',
      from: 'dmz0',
      to: 'srv0',
      source: bastion.address,
      destination: fileServer.address,
      port: 445,
    } as const;
    drafts.push(firewallLine(random, at - 20, phase, packet), draft(at, logonFailed(random, logon)));
  }
  const service = `hs${random.hex(6)}`;
  const path = `C:\\Windows\\Temp\\${service}.exe`;
  return [
    ...drafts,
    draft(at, loggedOn(random, logon)),
    draft(at + 5, privilegesAssigned(fileServer, 'Administrator')),
    draft(at + 15_000, serviceInstalled(fileServer, service, path)),
    draft(
      at + 15_400,
      processCreated(random, at + 15_400, {
        host: fileServer,
        user: 'SYSTEM',
        image: path,
        commandLine: path,
        parent: 'C:\\Windows\\System32\\services.exe',
      }),
    ),
  ];
}
