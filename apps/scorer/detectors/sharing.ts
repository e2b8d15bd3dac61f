import type { Stream } from '@tidewatch/stream';
import type { Metrics } from '@tidewatch/telemetry';
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

/** Says whether an entity is in a part: always the same one, whoever asks. */
export const createOwning =
  (detector: string, { number, of }: Part) =>
  (key: string): boolean =>
    of === 1 || seedOf(detector, key) % of === number - 1;

const partOf = ({ number, of }: Part): string => `${number}/${of}`;

/** Asking how a stream is read costs several requests where it is Kafka's. */
const lookEveryMs = 60_000;

type Shared = Pick<Stream, 'stats' | 'readers' | 'forgetGroup'>;
type Groups = Awaited<ReturnType<Shared['stats']>>['groups'];

/** How a process that has a part of the entities stands with those that have the others. */
export interface Sharing {
  /**
   * Looks who else reads, but not within a minute of the last time. Only a log that processes share can be divided.
   *
   * @param now epoch ms @param time how far event time has come here
   */
  look(now: number, time: number | null): Promise<void>;
  /** Up to when every part has told what it has to tell, epoch ms; null where that is not known. @param time as above */
  complete(time: number | null): number | null;
}

/**
 * A part that no process has, or that two have, is a metric at once, and told of when it is still so a minute later: parts change
 * hands when processes start. Groups of another number of parts are forgotten.
 *
 * @param tell what is the matter, each time that it changes; undefined once nothing is
 */
export function createSharing(
  events: Shared,
  part: Part,
  metrics: Metrics,
  tell: (reason: string | undefined) => void,
): Sharing {
  const parts = Array.from({ length: part.of }, (_, i) => ({ number: i + 1, of: part.of }));
  const others = new Set(parts.filter(({ number }) => number !== part.number).map(groupOf));
  let told: string | undefined;
  let seen: string | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** When event time had come how far here: once the others have read what was appended until then, it has for them. */
  let reached: { readonly at: number; readonly time: number | null } | undefined;
  let complete: number | null = null;

  function follow(groups: Groups, now: number, time: number | null): void {
    const awaited = groups.filter(({ group, records }) => others.has(group) && records > 0);
    if (
      reached !== undefined &&
      awaited.every(({ seconds }) => now - 1_000 * seconds > (reached?.at ?? now))
    ) {
      complete = reached.time;
      reached = undefined;
    }
    reached ??= { at: now, time };
  }

  return {
    async look(now, time) {
      if (events.readers === undefined || now - lookedAt < lookEveryMs) return;
      lookedAt = now;
      const { groups } = await events.stats();
      await forgetOthers(events, groups, part);
      follow(groups, now, time);
      const readers = await events.readers(parts.map(groupOf));
      const counts = parts.map((one) => [partOf(one), readers.get(groupOf(one)) ?? 0] as const);
      for (const [part, count] of counts) metrics.set('anomaly_part_processes', { part }, count);
      const reason = faultOf(counts);
      const isSure = reason === seen;
      seen = reason;
      if (!isSure || reason === told) return;
      told = reason;
      tell(reason);
    },
    complete: (time) => (part.of === 1 ? time : complete),
  };
}

function faultOf(counts: readonly (readonly [part: string, processes: number])[]): string | undefined {
  const having = (fits: (processes: number) => boolean) =>
    counts.flatMap(([part, processes]) => (fits(processes) ? [part] : []));
  const missing = having((processes) => processes === 0);
  const doubled = having((processes) => processes > 1);
  const reasons = [
    ...(missing.length === 0
      ? []
      : [
          `No process looks at ${named(missing)} of the entities (\`anomalies.part\`): detectors see nothing of these until one does, which then reads what was missed.`,
        ]),
    ...(doubled.length === 0
      ? []
      : [
          `Several processes look at ${named(doubled)} of the entities: what an entity did is divided between them, and detectors count none of them whole. Give each process that runs the role scorer a part of its own (\`anomalies.part\`: 1/2 and 2/2 for two), or run that role in one.`,
        ]),
  ];
  return reasons.length === 0 ? undefined : reasons.join(' ');
}

const named = (parts: readonly string[]): string =>
  `${parts.length === 1 ? 'part' : 'parts'} ${parts.join(', ')}`;

/** Who reads nothing any more keeps the stream from being freed: groups of another number of parts. */
async function forgetOthers(
  events: Pick<Stream, 'forgetGroup'>,
  groups: Groups,
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
