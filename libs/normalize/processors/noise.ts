import { createHash } from 'node:crypto';
import type { Making } from './processor.ts';
import { type Ended, fieldReader, isRefused, type Step, type Work, workWriter } from './work.ts';

/**
 * What all noise processors of a process share. Where events that were let through are then refused by the stream, their
 * senders send them again: who remembers them must not take that for a repetition, and so forgets all that was seen.
 */
export interface Noise {
  /** Grows where events that were let through were not kept. */
  readonly lost: () => number;
  /** Told of each event that is held back. */
  readonly heldBack: (parser: string, processor: string) => void;
}

/** What is known of one key. */
export interface Kept {
  /** When its window ends, epoch milliseconds of receipt. */
  until: number;
  /** Events let through in the window. */
  passed: number;
  /** Events held back since the last that was let through. */
  held: number;
}

export interface NoiseConfig<K extends Kept> {
  readonly name: string;
  /** Reason under which what is held back is dropped. */
  readonly reason: string;
  readonly fields: readonly string[];
  readonly windowMs: number;
  readonly maxKeys: number;
  /** State of a key that is new, or whose window is over. */
  readonly begin: (work: Work, before: K | undefined) => K;
  /** Whether an event within the window passes; notes what is held back. */
  readonly passes: (work: Work, kept: K) => boolean;
  /** Says on an event that passes what was held back. */
  readonly tell?: (work: Work, before: K) => void;
}

/**
 * A step that lets some events of each key through. Windows go by receipt; of more keys than allowed the one not seen for
 * longest is forgotten. What was held back is said on the next event that passes, as `labels.suppressed`.
 */
export function noiseStep<K extends Kept>(config: NoiseConfig<K>, { resources }: Making): Step {
  const { name, fields, windowMs, maxKeys, begin, passes, tell } = config;
  const keyOf = keyReader(fields);
  const { noise, parser = '' } = resources;
  const write = workWriter('labels.suppressed');
  const dropped: Ended = { status: 'dropped', reason: config.reason };
  const known = new Map<string, K>();
  /** Comes to the key not seen for longest: kept, since a new one would first pass all that are gone. */
  const oldest = known.keys();
  let lost = noise?.lost() ?? 0;
  return (work) => {
    // It was let through when it first came, and is kept only now; or it will not be kept.
    if (work.context.again === true || isRefused(work)) return undefined;
    const lostNow = noise?.lost() ?? 0;
    if (lostNow !== lost) {
      known.clear();
      lost = lostNow;
    }
    const { received } = work.context;
    const key = keyOf(work);
    const before = known.get(key);
    const isOver = before === undefined || received >= before.until || received < before.until - windowMs;
    const kept = isOver ? begin(work, before) : before;
    // The most recent key is the map's last.
    known.delete(key);
    known.set(key, kept);
    if (known.size > maxKeys) known.delete(oldest.next().value as string);
    if (!isOver && !passes(work, kept)) {
      kept.held++;
      noise?.heldBack(parser, name);
      return dropped;
    }
    if (before !== undefined && before.held > 0) {
      tell?.(work, before);
      write(work, String(before.held));
      before.held = 0;
      kept.held = 0;
    }
    kept.passed++;
    return undefined;
  };
}

/** The values of fields as one text, of a long one its hash; a missing one is a value, too. */
export function keyReader(fields: readonly string[]): (work: Work) => string {
  const readers = fields.map((path) => fieldReader(path));
  return (work) => {
    const key = JSON.stringify(readers.map((read) => read(work.fields) ?? null));
    return key.length > maxKeyLength ? createHash('sha256').update(key).digest('base64') : key;
  };
}

const maxKeyLength = 1_024;
