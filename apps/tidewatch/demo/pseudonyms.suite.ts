import { createNormaliser, type Normalise } from '@tidewatch/normalize';
import {
  createOriginals,
  createPseudonymStage,
  createPseudonyms,
  createSealKeys,
  type FieldPolicy,
  type KeptSealKey,
  parsePseudonymKeys,
} from '@tidewatch/normalize/pseudonyms';
import type { RawRecord } from '@tidewatch/plugin';
import type { SigmaEngine } from '@tidewatch/sigma';

/** What a use-case that protects people would name. */
export const protectedFields = [
  'user.name',
  'user.id',
  'user.email',
  'user.full_name',
  'user.target.name',
  'user.target.id',
  'user.effective.name',
  'process.parent.user.name',
  'source.ip',
  'client.ip',
];

/** The normaliser with pseudonyms for these fields, under a key made for the test. */
export function pseudonymising(pseudonymise: readonly string[], overlapMs = 0): Normalise {
  const keys = parsePseudonymKeys(`1:${Buffer.alloc(32, 5).toString('base64')}`, 'a test');
  const kept = new Map<string, KeptSealKey>();
  const sealKeys = createSealKeys(keys, {
    find: (dataClass, epoch) =>
      [...kept.values()].find((row) => row.dataClass === dataClass && row.epoch === epoch),
    get: (id) => kept.get(id),
    add: (row) => void kept.set(row.id, row),
  });
  const policy: FieldPolicy = { pseudonymise };
  const stage = createPseudonymStage({
    policyOf: () => policy,
    vault: {
      pseudonyms: createPseudonyms({ keys, epoch: 'month', overlapMs }),
      keys: sealKeys,
      originals: createOriginals(sealKeys, { erasures: 0, write: async () => {} }),
    },
  });
  return createNormaliser({ stages: [stage] });
}

/** Findings on the same records in the clear and under pseudonyms, as `title` of the rule and number of findings. */
export interface Compared {
  readonly records: number;
  readonly clear: number;
  /** Of the findings in the clear, what pseudonyms lose, and what they add, by the rule's title. */
  readonly lost: Readonly<Record<string, number>>;
  readonly added: Readonly<Record<string, number>>;
  /** 2·TP / (2·TP + FP + FN), the findings in the clear being true. */
  readonly f1: number;
}

export interface Sent {
  readonly record: RawRecord;
  readonly source: string;
}

export function compareFindings(
  engine: SigmaEngine,
  sent: Iterable<Sent>,
  fields: readonly string[],
): Compared {
  const [clear, hidden] = [createNormaliser(), pseudonymising(fields)];
  const findings = (normalise: Normalise, { record, source }: Sent): Map<string, string> => {
    const outcome = normalise(record, source);
    if (outcome.status !== 'ok') return new Map();
    return new Map(
      engine.evaluate(JSON.parse(outcome.value.json)).map(({ rule }) => [rule.id, rule.title] as const),
    );
  };
  const [lost, added]: Record<string, number>[] = [{}, {}];
  let [records, both, total] = [0, 0, 0];
  for (const one of sent) {
    records++;
    const before = findings(clear, one);
    const after = findings(hidden, one);
    total += before.size;
    for (const [id, title] of before)
      if (after.has(id)) both++;
      else if (lost !== undefined) lost[title] = (lost[title] ?? 0) + 1;
    for (const [id, title] of after)
      if (!before.has(id) && added !== undefined) added[title] = (added[title] ?? 0) + 1;
  }
  const sum = (counts: Record<string, number> = {}) => Object.values(counts).reduce((a, b) => a + b, 0);
  const f1 = (2 * both) / (2 * both + sum(lost) + sum(added));
  return { records, clear: total, lost: lost ?? {}, added: added ?? {}, f1 };
}
