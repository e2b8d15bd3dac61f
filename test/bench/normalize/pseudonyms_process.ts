// The process that pseudonyms are measured in: prints its figures as JSON.

import { type EcsEvent, leaves } from '@tidewatch/event';
import { createNormaliser, type Normalise } from '@tidewatch/normalize';
import {
  createOriginals,
  createPseudonymStage,
  createPseudonyms,
  createSealKeys,
  type KeptSealKey,
  parsePseudonymKeys,
} from '@tidewatch/normalize/pseudonyms';
import type { RawRecord } from '@tidewatch/plugin';
import { createTextScanner } from '../../../libs/normalize/pseudonyms/free_text.ts';
import { documents, nginxLines, sshdLines } from '../lines.ts';

export interface PseudonymFigures {
  /** Pseudonyms per CPU-second, of each round. */
  readonly values: { readonly cached: readonly number[]; readonly fresh: readonly number[] };
  /** CPU microseconds of an event, of each round. */
  readonly events: readonly {
    readonly lines: string;
    readonly without: readonly number[];
    readonly with: readonly number[];
    /** To look through its texts alone, as a part of that. */
    readonly texts: readonly number[];
  }[];
}

const start = Date.UTC(2026, 10, 22);
const keys = parsePseudonymKeys(`1:${Buffer.alloc(32, 5).toString('base64')}`, 'the bench');
const pseudonyms = createPseudonyms({ keys, epoch: 'month', overlapMs: 0 });
const { of } = pseudonyms.at(start).now;

const recordOf = (line: string): RawRecord => ({
  bytes: Buffer.from(line),
  format: 'auto',
  received: start,
  hints: {},
  position: { kind: 'none' },
});

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function valuesPerSecond(): PseudonymFigures['values'] {
  const names = Array.from({ length: 100_000 }, (_, i) =>
    i % 2 ? `alice${i}` : `10.${i & 255}.${(i >> 8) & 255}.7`,
  );
  const run = (values: readonly string[]) => values.length / cpuSeconds(() => values.forEach(of));
  const few = names.slice(0, 10_000);
  few.forEach(of);
  return {
    fresh: [0, 1, 2].map((round) => run(names.map((name) => `${name}${round === 0 ? '' : round}`))),
    cached: [0, 1, 2].map(() => run(few.concat(few, few, few, few))),
  };
}

function protecting(): Normalise {
  const kept = new Map<string, KeptSealKey>();
  const sealKeys = createSealKeys(keys, {
    find: (dataClass, epoch) =>
      [...kept.values()].find((row) => row.dataClass === dataClass && row.epoch === epoch),
    get: (id) => kept.get(id),
    add: (row) => void kept.set(row.id, row),
  });
  const policy = { pseudonymise: ['user.name', 'user.id', 'source.ip'] };
  const stage = createPseudonymStage({
    policyOf: () => policy,
    vault: {
      pseudonyms,
      keys: sealKeys,
      originals: createOriginals(sealKeys, { erasures: 0, write: async () => {} }),
    },
  });
  return createNormaliser({ timeZone: 'UTC', stages: [stage] });
}

function microseconds(normalise: Normalise, lines: readonly string[]): number {
  const seconds = cpuSeconds(() => {
    for (const line of lines) normalise(recordOf(line), 's');
  });
  return (seconds * 1e6) / lines.length;
}

const plain = createNormaliser({ timeZone: 'UTC' });
const hidden = protecting();
const scan = createTextScanner();

/** The texts of an event as the scan gets them. */
function textsOf(line: string): string[] {
  const outcome = plain(recordOf(line), 's');
  if (outcome.status !== 'ok') throw new Error(outcome.status);
  const { event: _, related: __, tidewatch: ___, ...fields } = JSON.parse(outcome.value.json) as EcsEvent;
  return [...leaves(fields as EcsEvent)].flatMap(([, value]) => (typeof value === 'string' ? [value] : []));
}

function scanning(texts: readonly (readonly string[])[]): number {
  const seconds = cpuSeconds(() => {
    for (const some of texts) for (const text of some) scan(text, undefined, true, of);
  });
  return (seconds * 1e6) / texts.length;
}

const sets = { sshd: sshdLines, nginx: nginxLines, ECS: documents };
const events = Object.entries(sets).map(([name, make]) => {
  const lines = make(10_000, 7, start);
  const texts = lines.map(textsOf);
  const rounds = Array.from({ length: 6 }, () => [
    microseconds(plain, lines),
    microseconds(hidden, lines),
    scanning(texts),
  ]).slice(1);
  const nth = (i: number) => rounds.map((figures) => figures[i] as number);
  return { lines: name, without: nth(0), with: nth(1), texts: nth(2) };
});
process.stdout.write(JSON.stringify({ values: valuesPerSecond(), events } satisfies PseudonymFigures));
