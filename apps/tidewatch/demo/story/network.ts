import type { Activities, Activity, Phase, StoryEvent } from './event.ts';
import {
  domainController,
  firewall,
  outsideAddress,
  publicAddress,
  resolver,
  visitedSites,
  webServer,
  workstations,
} from './office.ts';
import { createRandom, type Random } from './random.ts';
import { kernelLine, rfc5424 } from './syslog.ts';

export interface Packet {
  readonly verdict: 'ACCEPT' | 'DENY';
  /** Interfaces of the firewall: `lan0` office, `srv0` servers, `dmz0` public servers, `wan0` the internet. */
  readonly from: 'lan0' | 'srv0' | 'dmz0' | 'wan0';
  readonly to: 'lan0' | 'srv0' | 'dmz0' | 'wan0';
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

/** A new connection in netfilter's LOG format. */
export function firewallLine(random: Random, at: number, phase: Phase, packet: Packet): StoryEvent {
  const { verdict, from, to, source, destination, port } = packet;
  const uptime = `${Math.floor((at / 1_000) % 9_000_000)}.${String(at % 1_000).padStart(3, '0')}000`;
  const ip = `SRC=${source} DST=${destination} LEN=60 TOS=0x00 PREC=0x00 TTL=${random.int(50, 63)} ID=${random.int(1, 65_000)} DF`;
  const tcp = `PROTO=TCP SPT=${random.int(40_000, 65_000)} DPT=${port} WINDOW=64240 RES=0x00 SYN URGP=0`;
  const text = `[${uptime}] FW-${verdict} IN=${from} OUT=${to} MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 ${ip} ${tcp}`;
  return kernelLine({ at, phase, host: firewall, text });
}

export const resolverLine = (at: number, phase: Phase, client: string, name: string): StoryEvent =>
  rfc5424({
    at,
    phase,
    host: resolver,
    facility: 'daemon',
    program: 'unbound',
    pid: 712,
    text: `[712:0] info: ${client} ${name}. A IN`,
  });

/** A workstation looks up a site and connects to it. */
const visit: Activity = (random, at) => {
  const { address } = random.pick(workstations);
  const name = random.pick(visitedSites);
  const packet = {
    verdict: 'ACCEPT',
    from: 'lan0',
    to: 'wan0',
    source: address,
    destination: publicAddress(name),
    port: 443,
  } as const;
  return [
    resolverLine(at, 'baseline', address, name),
    firewallLine(random, at + random.int(4, 60), 'baseline', packet),
  ];
};

const inbound: Activity = (random, at) => [
  firewallLine(random, at, 'baseline', {
    verdict: 'ACCEPT',
    from: 'wan0',
    to: 'dmz0',
    source: outsideAddress(random),
    destination: webServer.address,
    port: 443,
  }),
];

/** The internet knocks on closed doors all day. */
const knock: Activity = (random, at) => [
  firewallLine(random, at, 'baseline', {
    verdict: 'DENY',
    from: 'wan0',
    to: 'dmz0',
    source: outsideAddress(random),
    destination: `10.20.30.${random.int(2, 20)}`,
    port: random.pick([23, 445, 1_433, 3_389, 5_900, 8_080]),
  }),
];

/** Everyday life of the firewall and the resolver. */
export const networkActivities: Activities = [
  [10, visit],
  [5, inbound],
  [3, knock],
];

/** Machines that are left on talk once in so long, in turn to everyone they talk to by day. */
const nightlyMs = 600_000;

/** What the firewall sees of an empty office: it makes known to whom each workstation talks. */
export function* night(seed: number, from: number, until: number): Generator<StoryEvent> {
  const random = createRandom(seed);
  const sites = visitedSites.map(
    (name) => ({ to: 'wan0', destination: publicAddress(name), port: 443 }) as const,
  );
  const known = [...sites, { to: 'srv0', destination: domainController.address, port: 389 } as const];
  const pause = nightlyMs / workstations.length;
  for (let turn = 0; from + turn * pause < until; turn++) {
    const machine = turn % workstations.length;
    const { address: source } = workstations[machine] as (typeof workstations)[number];
    const round = Math.floor(turn / workstations.length);
    const peer = known[(round + machine) % known.length] as (typeof known)[number];
    const at = from + Math.floor(turn * pause);
    yield firewallLine(random, at, 'baseline', { verdict: 'ACCEPT', from: 'lan0', source, ...peer });
  }
}
