import type { AuditEntry } from '@tidewatch/control';
import { asDetail } from '../audit.ts';

/** Something that was asked for and not done. */
export interface Refusal extends Omit<AuditEntry, 'detail'> {
  readonly code: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Tells the audit log what was refused, and what failed.
 *
 * Promise: whoever repeats it writes 20 kinds of rows a minute at most, each once and once more with how often it came;
 * what is beyond that is counted in one row. The counts of a minute that began may be lost where the process is killed.
 */
export interface Refusals {
  note(refusal: Refusal): void;
  /** Writes the counts of the minute that runs. */
  flush(): Promise<void>;
}

const windowMs = 60_000;
const mostKinds = 20;
/** Characters of each part of what was asked that are kept as they are. */
const longestPart = 2_000;

interface Counted {
  readonly entry: AuditEntry;
  times: number;
}

/** @param note writes an entry; where it can't, it sees to it that nothing is answered any more, and rejects. */
export function createRefusals(note: (entry: AuditEntry) => Promise<void>, clock: () => number): Refusals {
  // Whoever was refused has their answer; it is the next request that finds the audit log broken.
  const append = (entry: AuditEntry) => note(entry).catch(() => undefined);
  let began = 0;
  let timer: NodeJS.Timeout | undefined;
  let byActor = new Map<string, Map<string, Counted>>();

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const counted = [...byActor.values()].flatMap((kinds) => [...kinds.values()]);
    byActor = new Map();
    for (const { entry, times } of counted)
      if (times > 0) await append({ ...entry, detail: { ...(entry.detail as object), again: times } });
  };

  return {
    flush,
    note: ({ code, detail, ...what }) => {
      const now = clock();
      if (now - began >= windowMs || now < began) {
        void flush();
        began = now;
      }
      timer ??= setTimeout(() => void flush(), windowMs).unref();
      const kinds = byActor.get(what.who) ?? new Map<string, Counted>();
      byActor.set(what.who, kinds);
      const kind = `${what.action} ${code}`;
      const known = kinds.get(kind);
      if (known !== undefined) known.times++;
      else if (kinds.size < mostKinds) {
        kinds.set(kind, { entry: { ...what, target: '', detail: { code } }, times: 0 });
        void append({ ...what, detail: asDetail({ ...detail, code }, longestPart) });
      } else {
        const others = kinds.get('*') ?? {
          entry: { who: what.who, action: 'requests.refused', target: '', detail: {} },
          times: 0,
        };
        others.times++;
        kinds.set('*', others);
      }
    },
  };
}
