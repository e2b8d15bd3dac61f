import type { Stream } from '@tidewatch/stream';
import { seedOf } from './entity.ts';

/** Which entities a process looks at: part `number`, from 1, `of` so many. */
export interface Part {
  readonly number: number;
  readonly of: number;
}

export const whole: Part = { number: 1, of: 1 };

/** Who reads all of the events for a part: the members of a group divide them. */
export const groupOf = ({ number, of }: Part): string =>
  of === 1 ? 'anomaly' : `anomaly.${number}-of-${of}`;

/** Who reads nothing any more keeps the stream from being freed: groups of another number of parts. */
async function forgetOthers(
  events: Pick<Stream, 'forgetGroup'>,
  groups: readonly { readonly group: string }[],
  { of }: Part,
): Promise<void> {
  for (const { group } of groups) {
    const found = /^anomaly(?:\.\d+-of-(\d+))?$/.exec(group);
    if (found === null || Number(found[1] ?? 1) === of) continue;
    await events.forgetGroup(group).catch((error: { code?: string }) => {
      // A process that has not been started with the new number yet.
      if (error.code !== 'GROUP_TAKEN') throw error;
    });
  }
}

/** Says whether an entity is in a part: always the same one, whoever asks. */
export const createOwning =
  (detector: string, { number, of }: Part) =>
  (key: string): boolean =>
    of === 1 || seedOf(detector, key) % of === number - 1;

/** Asking how a stream is read costs several requests where it is Kafka's. */
const lookEveryMs = 60_000;

/**
 * Tells whether another process reads a part of the stream, and with it of the entities: none of either process' is counted
 * whole then. Only a log that processes share can be divided. Groups of another number of parts are forgotten.
 *
 * @param tell what is the matter, each time that it changes for two looks: parts change hands one by one; undefined once all is read here
 */
export function createSharing(
  events: Pick<Stream, 'stats' | 'repartition' | 'forgetGroup'>,
  part: Part,
  tell: (reason: string | undefined) => void,
) {
  const held = new Set<number>();
  let told: string | undefined;
  let seen: string | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    assigned: (partition: number): void => void held.add(partition),
    revoked: (partition: number): void => void held.delete(partition),
    /** Nothing within a minute of the last one. @param now epoch ms */
    async look(now: number): Promise<void> {
      if (events.repartition === undefined || now - lookedAt < lookEveryMs) return;
      lookedAt = now;
      const { partitions, groups } = await events.stats();
      await forgetOthers(events, groups, part);
      const reason =
        held.size < partitions.length
          ? `Only ${held.size} of ${partitions.length} partitions of the events are read here, since another process runs the role scorer as well: what an entity did is divided between them, and detectors count none of them whole. Give each of these processes a part of the entities (\`anomalies.part\`: 1/2 and 2/2 for two), or run that role in one process.`
          : undefined;
      const isSure = reason === seen;
      seen = reason;
      if (!isSure || reason === told) return;
      told = reason;
      tell(reason);
    },
  };
}
