import { readFile } from 'node:fs/promises';
import type { DataClass } from '@tidewatch/event';
import { placeOf, validateYaml } from '@tidewatch/plugin';
import { z } from 'zod';
import { errors } from './errors.ts';

/** Who approved a class with its time to live, and until when. Times are ISO 8601 dates. */
export interface ClassApproval {
  readonly by: string;
  readonly on: string;
  readonly until: string;
}

/** What may be kept under one name, how long, and who may read it. */
export interface DataClassDefinition {
  readonly name: DataClass;
  readonly description: string;
  /** How long it is kept, e.g. `90d`: as written, or the longest that was approved where what is written is longer. */
  readonly ttl: string;
  readonly ttlMs: number;
  /** As written, where nobody approved that much but somebody approved less. */
  readonly unapprovedTtl?: string;
  /** Shortest time to live, in milliseconds, where a law asks for one. */
  readonly minimumMs?: number;
  /** Made up for a demonstration; nobody's data. */
  readonly synthetic: boolean;
  /** Roles that may read it. */
  readonly readers: readonly string[];
  /** The approvals of exactly this time to live. */
  readonly approvals: readonly ClassApproval[];
}

/** Whether somebody's approval of a class counts on a day, `YYYY-MM-DD` in UTC. */
export const classApproved = ({ approvals }: Pick<DataClassDefinition, 'approvals'>, day: string): boolean =>
  approvals.some(({ on, until }) => on <= day && day <= until);

export interface DataClasses {
  readonly all: readonly DataClassDefinition[];
  get(name: DataClass): DataClassDefinition | undefined;
}

/** Classes that may change while stores hold them: each looks when it needs to know. */
export interface LiveDataClasses extends DataClasses {
  replace(next: DataClasses): void;
}

export function liveDataClasses(first: DataClasses): LiveDataClasses {
  let now = first;
  return {
    get all() {
      return now.all;
    },
    get: (name) => now.get(name),
    replace(next) {
      now = next;
    },
  };
}

const unitMs = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;
const noDuration = 'must be a number of hours, days or weeks, such as 12h, 90d or 8w';
const duration = z.string(noDuration).regex(/^[1-9]\d{0,4}[hdw]$/, noDuration);
const date = z.iso.date('must be a date such as 2024-05-01');

const fileSchema = z.strictObject({
  classes: z.record(
    z.string().regex(/^[a-z0-9_]+$/, 'has a name of other characters than a-z, 0-9 and _'),
    z.strictObject({
      description: z.string().min(1),
      ttl: duration,
      minimum: duration.optional(),
      synthetic: z.boolean().default(false),
      readers: z.array(z.string().min(1)).min(1),
    }),
  ),
  approvals: z.array(
    z.strictObject({ class: z.string(), ttl: duration, by: z.string().min(1), on: date, until: date }),
  ),
});

/** Classes that Tidewatch itself relies on, where the file does not define them. */
const fallbacks = {
  unapproved: {
    description: 'Events of sources that no approved use-case covers',
    ttl: '7d',
    readers: ['analyst'],
  },
  alerts: { description: 'Alerts with the evidence that they hold', ttl: '365d', readers: ['analyst'] },
  cases: {
    description: 'What people say of alerts that they work on together',
    ttl: '365d',
    readers: ['analyst'],
  },
  audit: { description: 'Who did and read what, and why', ttl: '365d', readers: ['privacy_officer'] },
  dead_letters: {
    description: 'Records that could not be handled, with their raw bytes',
    ttl: '7d',
    readers: ['detection_engineer', 'sre'],
  },
} as const;

const ownClasses: ReadonlySet<string> = new Set([...Object.keys(fallbacks), 'scores']);

/** Whether Tidewatch itself writes a class, so that no use-case has to name it. */
export const isOwnClass = (name: DataClass): boolean => ownClasses.has(name);

const milliseconds = (text: string): number =>
  Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs];

/**
 * Reads `governance/classes.yml`.
 *
 * @throws CLASSES_INVALID with the file, and line and path of each fault
 */
export async function loadDataClasses(file: string): Promise<DataClasses> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw errors.CLASSES_INVALID({ file, problem: `the file cannot be read (${(error as Error).message})` });
  }
  return parseDataClasses(text, file);
}

/** As {@link loadDataClasses}, from the file's text. */
export function parseDataClasses(text: string, file = 'classes.yml'): DataClasses {
  const refuse = (path: readonly string[], problem: string) => {
    const { line } = placeOf(text, path);
    return errors.CLASSES_INVALID({ file, ...(line && { line }), problem: `${at(line)}${problem}` });
  };
  const read = validateYaml(text, fileSchema);
  if (!read.ok) {
    const [first] = read.issues;
    const problems = read.issues.map(
      ({ path, line, message }) => `${at(line)}${path || 'the file'} ${message}`,
    );
    const line = first?.line;
    throw errors.CLASSES_INVALID({ file, ...(line && { line }), problem: problems.join('; ') });
  }
  const { classes, approvals } = read.value;
  for (const [i, { class: name }] of approvals.entries())
    if (!Object.hasOwn(classes, name))
      throw refuse(['approvals', String(i)], `approvals names the class ${name}, which is not defined`);
  const all = Object.entries({ ...fallbacks, ...classes }).map(([name, given]): DataClassDefinition => {
    const entry = { minimum: undefined, synthetic: false, ...given };
    const minimumMs = entry.minimum === undefined ? undefined : milliseconds(entry.minimum);
    if (minimumMs !== undefined && milliseconds(entry.ttl) < minimumMs)
      throw refuse(
        ['classes', name, 'ttl'],
        `classes.${name}.ttl ${entry.ttl} is shorter than its minimum ${entry.minimum}`,
      );
    const own = approvals.filter((approval) => approval.class === name);
    const ttl = promised(
      entry.ttl,
      own.map((approval) => approval.ttl),
      entry.minimum,
    );
    const ttlMs = milliseconds(ttl);
    return {
      name,
      description: entry.description,
      ttl,
      ttlMs,
      ...(ttl !== entry.ttl && { unapprovedTtl: entry.ttl }),
      ...(minimumMs !== undefined && { minimumMs }),
      synthetic: entry.synthetic,
      readers: entry.readers,
      approvals: own
        .filter((approval) => milliseconds(approval.ttl) === ttlMs)
        .map(({ by, on, until }) => ({ by, on, until })),
    };
  });
  const byName = new Map(all.map((definition) => [definition.name, definition]));
  return { all, get: (name) => byName.get(name) };
}

const at = (line: number | undefined): string => (line === undefined ? '' : `line ${line}: `);

/** What was approved counts until more is; a shorter time needs nobody's leave, and a law's minimum goes before both. */
function promised(written: string, approved: readonly string[], minimum: string | undefined): string {
  const [longest] = [...approved].sort((a, b) => milliseconds(b) - milliseconds(a));
  if (longest === undefined || milliseconds(written) <= milliseconds(longest)) return written;
  return minimum !== undefined && milliseconds(longest) < milliseconds(minimum) ? minimum : longest;
}
