import type { Draft, Phase, WindowsRecord } from '../event.ts';
import { outsideAddress, type WindowsHost, workstations } from '../office.ts';
import { createRandom, type Random } from '../random.ts';

/** Who plays in one round of the attack. Each seed casts anew; the plot stays. */
export interface Cast {
  readonly random: Random;
  /** Where the intruder comes from. */
  readonly attacker: string;
  /** Where the beacon calls home. */
  readonly home: { readonly name: string; readonly address: string; readonly port: number };
  /** The account the intruder makes for itself. */
  readonly intruder: string;
  /** The workstation whose user opens the letter. */
  readonly victim: WindowsHost;
}

export function createCast(seed: number): Cast {
  const random = createRandom(seed ^ 0x5eed_cafe);
  return {
    random,
    attacker: outsideAddress(random),
    home: {
      name: random.pick(['sync-metrics.example', 'cdn-assets.example', 'status-relay.example']),
      address: `198.51.100.${random.int(220, 250)}`,
      port: 443,
    },
    intruder: random.pick(['sysmaint', 'support2', 'svc-update']),
    victim: random.pick(workstations.slice(1, 12)),
  };
}

/** Offset from a start in minutes and seconds, as milliseconds. */
export const offset = (minutes: number, seconds = 0): number => (minutes * 60 + seconds) * 1_000;

/** Puts Windows records of one phase at their times. */
export const recorder =
  (phase: Phase) =>
  (at: number, record: WindowsRecord): Draft => ({ at, phase, record });
