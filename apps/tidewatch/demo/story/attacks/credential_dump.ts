import type { Draft } from '../event.ts';
import { processAudited } from '../eventlog.ts';
import { fileServer } from '../office.ts';
import { fileCreated, processAccessed, processCreated } from '../sysmon.ts';
import { type Cast, offset, recorder } from './cast.ts';

const system32 = 'C:\\Windows\\System32';
const lsass = `${system32}\\lsass.exe`;
const cmd = `${system32}\\cmd.exe`;

/** On the file server: the memory of lsass by two tools, and the registry's account hives. */
export function credentialDump({ random }: Cast, from: number): Draft[] {
  const draft = recorder('credential_dump');
  const program = (image: string, commandLine: string) => ({
    host: fileServer,
    user: 'Administrator',
    image,
    commandLine,
    parent: cmd,
    integrity: 'High' as const,
    directory: 'C:\\Windows\\Temp\\',
  });
  const procdump = program(
    'C:\\Windows\\Temp\\pd64.exe',
    'pd64.exe -accepteula -ma lsass.exe C:\\Windows\\Temp\\l.dmp',
  );
  const rundll = program(
    `${system32}\\rundll32.exe`,
    `rundll32.exe ${system32}\\comsvcs.dll, MiniDump ${random.int(600, 900)} C:\\Windows\\Temp\\c.bin full`,
  );
  const hives = ['sam', 'system', 'security'].map((hive) =>
    program(`${system32}\\reg.exe`, `reg save hklm\\${hive} C:\\Windows\\Temp\\${hive}.hiv`),
  );
  const second = from + offset(0, 20);
  const third = from + offset(0, 45);
  return [
    draft(from, processCreated(random, from, procdump)),
    draft(from + 3, processAudited(random, procdump)),
    draft(from + 400, processAccessed(random, from + 400, procdump, lsass, '0x1fffff')),
    draft(from + 1_500, fileCreated(random, from + 1_500, procdump, 'C:\\Windows\\Temp\\l.dmp')),
    draft(second, processCreated(random, second, rundll)),
    draft(second + 3, processAudited(random, rundll)),
    draft(second + 300, processAccessed(random, second + 300, rundll, lsass, '0x1410')),
    ...hives.map((hive, i) => draft(third + i * 2_000, processCreated(random, third + i * 2_000, hive))),
  ];
}
