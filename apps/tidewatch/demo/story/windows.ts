import type { Activities, Activity, Draft, WindowsRecord } from './event.ts';
import {
  groupMemberAdded,
  loggedOff,
  loggedOn,
  logonFailed,
  privilegesAssigned,
  processAudited,
  serviceState,
} from './eventlog.ts';
import {
  appServer,
  domain,
  domainController,
  fileServer,
  publicAddress,
  visitedSites,
  type WindowsHost,
  windowsServers,
  workstations,
} from './office.ts';
import { programs, scheduledPrograms } from './programs.ts';
import type { Random } from './random.ts';
import { connected, fileCreated, nameQueried, processAccessed, processCreated } from './sysmon.ts';

const draft = (at: number, record: WindowsRecord): Draft => ({ at, phase: 'baseline', record });

/** Somebody comes to work or comes back from a break, and leaves again. */
const session: Activity = (random, at) => {
  const host = random.pick(workstations);
  const leaves = at + random.int(30_000, 600_000);
  return [
    draft(at, loggedOn(random, { host, user: host.user, type: 2 })),
    ...(host.user === 'it-helpdesk1' ? [draft(at + 5, privilegesAssigned(host, host.user))] : []),
    draft(leaves, loggedOff(host, host.user, 2)),
  ];
};

/** A workstation reads from the file server, or asks the domain controller. */
const networkLogon: Activity = (random, at) => {
  const from = random.pick(workstations);
  const host = random.pick([fileServer, domainController, appServer]);
  return [
    draft(at, loggedOn(random, { host, user: from.user, type: 3, from })),
    draft(at + random.int(1_000, 60_000), loggedOff(host, from.user, 3)),
  ];
};

const mistyped: Activity = (random, at) => {
  const host = random.pick(workstations);
  const logon = { host, user: host.user, type: 2 } as const;
  return [
    draft(at, logonFailed(random, logon)),
    draft(at + random.int(3_000, 12_000), loggedOn(random, logon)),
  ];
};

const serviceLogon: Activity = (random, at) => {
  const host = random.pick(windowsServers);
  return [
    draft(at, loggedOn(random, { host, user: host.user, type: 5 })),
    draft(at + 4, privilegesAssigned(host, host.user)),
  ];
};

const fill = (text: string, host: WindowsHost, random: Random): string =>
  text.replaceAll('{user}', host.user).replaceAll('{n}', String(random.int(1, 999)));

/** Somebody starts a program, which may look up its site, connect and write a file. */
const program: Activity = (random, at) => {
  const host = random.pick(workstations);
  const { user } = host;
  const { image: path, commandLine, parent, sites, writes } = random.pick(programs);
  const image = fill(path, host, random);
  const started = { host, user, image, commandLine: fill(commandLine, host, random), parent };
  const drafts = [draft(at, processCreated(random, at, started))];
  if (random.chance(0.3)) drafts.push(draft(at + 2, processAudited(random, started)));
  if (sites) {
    const name = random.pick(visitedSites);
    const asked = at + random.int(300, 4_000);
    const address = publicAddress(name);
    drafts.push(draft(asked, nameQueried(random, asked, started, name, address)));
    drafts.push(draft(asked + 30, connected(random, asked + 30, started, { address, port: 443, name })));
  }
  if (writes !== undefined) {
    const saved = at + random.int(2_000, 90_000);
    drafts.push(draft(saved, fileCreated(random, saved, started, fill(writes, host, random))));
  }
  return drafts;
};

/** What runs by itself, as the system or a service account. */
const scheduled: Activity = (random, at) => {
  const host = random.pick([...workstations, ...windowsServers]);
  const started = { host, user: 'SYSTEM', ...random.pick(scheduledPrograms) };
  return [
    draft(at, processCreated(random, at, started)),
    ...(random.chance(0.3) ? [draft(at + 3, processAudited(random, started))] : []),
  ];
};

/** Browsers keep talking. */
const browsing: Activity = (random, at) => {
  const host = random.pick(workstations);
  const browser = { host, user: host.user, image: 'C:\\Program Files\\Browser\\browser.exe' };
  const name = random.pick(visitedSites);
  const address = publicAddress(name);
  return [
    draft(at, nameQueried(random, at, browser, name, address)),
    draft(at + 25, connected(random, at + 25, browser, { address, port: 443, name })),
  ];
};

const domainTraffic: Activity = (random, at) => {
  const host = random.pick(workstations);
  const source = { host, user: 'SYSTEM', image: 'C:\\Windows\\System32\\svchost.exe' };
  const to = {
    address: domainController.address,
    port: random.pick([88, 135, 389, 445]),
    name: `DC01.${domain}`,
  };
  return [draft(at, connected(random, at, source, to))];
};

/** The system asks after lsass all day, with rights that read no memory. */
const lsassQuery: Activity = (random, at) => {
  const source = {
    host: random.pick([...workstations, ...windowsServers]),
    user: 'SYSTEM',
    image: random.pick(['C:\\Windows\\System32\\svchost.exe', 'C:\\Windows\\System32\\wbem\\WmiPrvSE.exe']),
  };
  const target = 'C:\\Windows\\system32\\lsass.exe';
  return [
    draft(at, processAccessed(random, at, source, target, random.pick(['0x1000', '0x1400', '0x3000']))),
  ];
};

const services = [
  'Windows Update',
  'Print Spooler',
  'Volume Shadow Copy',
  'Background Intelligent Transfer Service',
] as const;

const serviceChange: Activity = (random, at) => {
  const host = random.pick([...workstations, ...windowsServers]);
  const name = random.pick(services);
  return [
    draft(at, serviceState(host, name, 'running')),
    draft(at + random.int(20_000, 300_000), serviceState(host, name, 'stopped')),
  ];
};

/** The help desk lets somebody use remote desktop: a group change that is nobody's alarm. */
const remoteAccessGranted: Activity = (random, at) => {
  const group = { name: 'Remote Desktop Users', sid: 'S-1-5-32-555', scope: 'local' } as const;
  return [draft(at, groupMemberAdded(appServer, 'it-helpdesk1', random.pick(workstations).user, group))];
};

/** Everyday life of the Windows hosts. */
export const windowsActivities: Activities = [
  [5, session],
  [8, networkLogon],
  [0.7, mistyped],
  [3, serviceLogon],
  [14, program],
  [6, scheduled],
  [12, browsing],
  [6, domainTraffic],
  [4, lsassQuery],
  [2, serviceChange],
  [0.1, remoteAccessGranted],
];
