import { formatIssues, validateYaml } from '@tidewatch/plugin';
import { z } from 'zod';

/** The life of a version: shadow stores scores and raises no alerts. One version of a model is live. */
export const modelStages = ['candidate', 'shadow', 'live', 'retired'] as const;
export type ModelStage = (typeof modelStages)[number];

const stage = z.enum(modelStages);
const entry = z.strictObject({
  at: z.iso.datetime(),
  by: z.string(),
  version: z.string(),
  from: stage,
  to: stage,
  why: z.string(),
  /** Gates that were not passed, where it was done all the same. */
  forced: z.array(z.string()).exactOptional(),
});
const stateSchema = z.strictObject({
  stages: z.record(z.string(), stage),
  history: z.array(entry),
});

/** One change of a version's stage: who did it, when (ISO 8601) and why. */
export type StageChange = z.infer<typeof entry>;
/** What people decided about the versions of a model. Plain data, kept as a document. */
export type ModelState = z.infer<typeof stateSchema>;

/** Changes that are remembered with a model; all are in the audit log. */
const remembered = 50;

export const noDecisions: ModelState = { stages: {}, history: [] };

/** Reads the YAML of a document of decisions; a text that is none has a fault, with positions. */
export function readModelState(text: string): ModelState | { readonly fault: string } {
  const read = validateYaml(text, stateSchema);
  return read.ok ? read.value : { fault: formatIssues(read.issues).trim() };
}

/**
 * The stage of each version. Where nobody decided, a version is a candidate; but of a model that ships with Tidewatch and
 * that nobody decided anything about, the newest version is live.
 *
 * @param versions oldest first
 */
export function stagesOf(
  state: ModelState,
  versions: readonly { readonly version: string; readonly shipped: boolean }[],
): ReadonlyMap<string, ModelStage> {
  const untouched = state.history.length === 0;
  const newest = untouched ? versions.findLast(({ shipped }) => shipped)?.version : undefined;
  return new Map(
    versions.map(({ version }) => [
      version,
      state.stages[version] ?? (version === newest ? 'live' : 'candidate'),
    ]),
  );
}

/**
 * Moves a version to a stage; the one that was live before retires where another takes its place.
 *
 * @param stages of all versions, see {@link stagesOf}
 */
export function moveVersion(
  state: ModelState,
  stages: ReadonlyMap<string, ModelStage>,
  change: Omit<StageChange, 'from'>,
): ModelState {
  const { version, to } = change;
  const moved: StageChange[] = [{ ...change, from: stages.get(version) ?? 'candidate' }];
  if (to === 'live')
    for (const [other, at] of stages)
      if (other !== version && at === 'live') {
        const { forced: _, ...rest } = change;
        moved.unshift({ ...rest, version: other, from: 'live', to: 'retired' });
      }
  return {
    // Of the others, too: what was live since nobody had decided stays so no longer by itself.
    stages: {
      ...Object.fromEntries(stages),
      ...Object.fromEntries(moved.map((one) => [one.version, one.to])),
    },
    history: [...state.history, ...moved].slice(-remembered),
  };
}

/** The version that was live before the one that is; undefined where there was none, or it is gone. */
export function versionBefore(
  state: ModelState,
  stages: ReadonlyMap<string, ModelStage>,
): string | undefined {
  return state.history.findLast(
    ({ version, from, to }) => from === 'live' && to === 'retired' && stages.get(version) === 'retired',
  )?.version;
}

/** Order of versions, e.g. 2 before 10 and 1.4 before 1.4.1. */
export function compareVersions(a: string, b: string): number {
  const [as, bs] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(as.length, bs.length); i++) {
    const difference = (as[i] ?? -1) - (bs[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
