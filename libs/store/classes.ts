import { readFile } from 'node:fs/promises';
import type { DataClass } from '@tidewatch/event';
import { JSON_SCHEMA, load, YAMLException } from 'js-yaml';
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
  /** As written, e.g. `90d`. */
  readonly ttl: string;
  readonly ttlMs: number;
  /** Shortest time to live, in milliseconds, where a law asks for one. */
  readonly minimumMs?: number;
  /** Made up for a demonstration; nobody's data. */
  readonly synthetic: boolean;
  /** Roles that may read it. */
  readonly readers: readonly string[];
  /** The approval of exactly this time to live, if there is one. */
  readonly approval?: ClassApproval;
}

export interface DataClasses {
  readonly all: readonly DataClassDefinition[];
  get(name: DataClass): DataClassDefinition | undefined;
}

const unitMs = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;
const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[hdw]$/, 'must be a number of hours, days or weeks, such as 12h, 90d or 8w');
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
} as const;

const milliseconds = (text: string): number =>
  Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs];

/**
 * Reads `governance/classes.yml`.
 *
 * @throws CLASSES_INVALID with the file and the line or path of the fault
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
  const refuse = (problem: string) => errors.CLASSES_INVALID({ file, problem });
  let raw: unknown;
  try {
    raw = load(text, { schema: JSON_SCHEMA });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw refuse(error.toString(true));
  }
  const parsed = fileSchema.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the file'} ${message}`,
    );
    throw refuse(problems.join('; '));
  }
  const { classes, approvals } = parsed.data;
  for (const { class: name } of approvals)
    if (!Object.hasOwn(classes, name))
      throw refuse(`approvals names the class ${name}, which is not defined`);
  const all = Object.entries({ ...fallbacks, ...classes }).map(([name, given]): DataClassDefinition => {
    const entry = { minimum: undefined, synthetic: false, ...given };
    const ttlMs = milliseconds(entry.ttl);
    const minimumMs = entry.minimum === undefined ? undefined : milliseconds(entry.minimum);
    if (minimumMs !== undefined && ttlMs < minimumMs)
      throw refuse(`classes.${name}.ttl ${entry.ttl} is shorter than its minimum ${entry.minimum}`);
    const approval = approvals.find(
      (candidate) => candidate.class === name && milliseconds(candidate.ttl) === ttlMs,
    );
    return {
      name,
      description: entry.description,
      ttl: entry.ttl,
      ttlMs,
      ...(minimumMs !== undefined && { minimumMs }),
      synthetic: entry.synthetic,
      readers: entry.readers,
      ...(approval !== undefined && {
        approval: { by: approval.by, on: approval.on, until: approval.until },
      }),
    };
  });
  const byName = new Map(all.map((definition) => [definition.name, definition]));
  return { all, get: (name) => byName.get(name) };
}
