import { createHash } from 'node:crypto';
import type { SnapshotStore } from '@tidewatch/stream';
import type { Logger } from '@tidewatch/telemetry';
import type { RuleInfo } from './protocol.ts';

/** Why a rule is not run any more. */
export type QuarantineCause = 'failed' | 'cost' | 'limit';

/** A rule that is not run until it changes or is released. */
export interface Quarantined {
  readonly rule: string;
  readonly title: string;
  readonly cause: QuarantineCause;
  /** In a sentence, with figures. */
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** Digest of the rule's file. */
  readonly digest: string;
}

/** The rules that are not run; it outlasts the process, which would else meet the same rule again at once. */
export interface Quarantine {
  list(): readonly Quarantined[];
  get(rule: string): Quarantined | undefined;
  add(info: Pick<RuleInfo, 'id' | 'title' | 'source'>, cause: QuarantineCause, reason: string): Quarantined;
  /** False where it is not in quarantine. */
  release(rule: string): boolean;
  /** Lets go of rules that changed or are gone; answers their ids. */
  settle(rules: readonly RuleInfo[]): readonly string[];
  /** Resolves when what is known is kept. */
  flush(): Promise<void>;
}

/** One unit of the snapshots: a process decides for itself what it runs. */
const [stage, unit] = ['quarantine', 'rules'];

export async function openQuarantine(snapshots: SnapshotStore, log: Logger): Promise<Quarantine> {
  const held = new Map((await read(snapshots, log)).map((each) => [each.rule, each]));
  let saving = Promise.resolve();

  function save(): void {
    saving = saving
      .then(() => snapshots.save(stage, unit, Buffer.from(JSON.stringify([...held.values()]))))
      .catch((error: Error) =>
        log.warn({ reason: error.message }, 'The quarantine of rules could not be kept for the next start'),
      );
  }

  return {
    list: () => [...held.values()],
    get: (rule) => held.get(rule),
    add({ id, title, source }, cause, reason) {
      const entry = { rule: id, title, cause, reason, since: Date.now(), digest: digestOf(source) };
      held.set(id, entry);
      save();
      return entry;
    },
    release(rule) {
      const known = held.delete(rule);
      if (known) save();
      return known;
    },
    settle(rules) {
      if (held.size === 0) return [];
      const sources = new Map(rules.map(({ id, source }) => [id, source]));
      const gone = [...held.values()].filter(({ rule, digest }) => {
        const source = sources.get(rule);
        return source === undefined || digestOf(source) !== digest;
      });
      for (const { rule } of gone) held.delete(rule);
      if (gone.length > 0) save();
      return gone.map(({ rule }) => rule);
    },
    flush: () => saving,
  };
}

const digestOf = (source: string): string => createHash('sha256').update(source).digest('base64url');

async function read(snapshots: SnapshotStore, log: Logger): Promise<readonly Quarantined[]> {
  try {
    const kept = await snapshots.load(stage, unit);
    return kept === undefined ? [] : (JSON.parse(new TextDecoder().decode(kept)) as Quarantined[]);
  } catch (error) {
    log.warn({ reason: (error as Error).message }, 'The quarantine of rules could not be read: all are run');
    return [];
  }
}
