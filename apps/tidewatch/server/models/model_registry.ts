import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isTidewatchError } from '@tidewatch/event';
import {
  type AdmittedModel,
  admitModel,
  type FoundVersion,
  findModels,
  type ModelAtWork,
  type ModelStage,
  type ModelState,
  noDecisions,
  readModelState,
  scorerErrors,
  stagesOf,
} from '@tidewatch/scorer';
import { documentsOf } from '../adapters.ts';
import { documentFolders, keyOfModel } from '../documents.ts';
import type { Runtime } from '../runtime.ts';
import { workers } from '../workers.ts';
import { openAdmissions } from './admissions.ts';

/** Folder of models that were added through the API, below the data folder. */
export const keptModelFolder = (data: string): string => join(data, 'models.kept');
/** File of what was admitted, in the data folder. */
export const admissionsFile = (data: string): string => join(data, 'models.admitted.json');
/** Tidewatch's own. */
export const shippedModelFolder = (root: string): string => join(root, 'models');

/** A model with all its versions, oldest first. */
export interface RegisteredModel {
  readonly name: string;
  readonly state: ModelState;
  /** The document that the decisions were read from; undefined where nobody decided anything. */
  readonly decided: string | undefined;
  /** MODEL_STAGES where that document cannot be read: then no version runs, and each counts as a candidate. */
  readonly unreadable: Error | undefined;
  readonly versions: readonly (FoundVersion & { readonly stage: ModelStage })[];
}

/** What there is of models, what people decided, and what may run. */
export interface ModelRegistry {
  /** What has to be watched. */
  paths(): readonly string[];
  all(): Promise<readonly RegisteredModel[]>;
  /** Public keys of which one must have signed what did not come with Tidewatch. */
  trustedKeys(): Promise<readonly string[]>;
  /** As `admitModel`. What was looked at is looked at once; what failed for another reason than its files, again after a minute. */
  admitted(version: FoundVersion): Promise<AdmittedModel>;
  /** Versions that are to score, and why others that should do not; it waits for none that failed before. */
  atWork(): Promise<AtWorkFound>;
}

export interface AtWorkFound {
  readonly models: readonly ModelAtWork[];
  readonly refused: ReadonlyMap<string, string>;
  /** When some that are refused will be looked at again, though no file changes; epoch milliseconds. */
  readonly again: number | null;
}

interface Look {
  /** What it was a look at. */
  readonly stamp: string;
  readonly found: Promise<AdmittedModel>;
  /** Why the one before failed, while this one is under way: whoever wants to go on takes that for its answer. */
  before: string | undefined;
  failed: string | undefined;
  /** It stands for no longer, epoch milliseconds. */
  until: number;
}

/** A machine that is too busy now, or has no memory, may have another time. */
const passingMs = 60_000;

export function createModelRegistry(
  runtime: Runtime,
  program: URL = workers.admission,
  now: () => number = Date.now,
): ModelRegistry {
  const documents = documentsOf(runtime.adapters);
  const { root } = runtime.options;
  const { data } = runtime.config;
  const before = openAdmissions(admissionsFile(data), program);
  /** By folder. */
  const looks = new Map<string, Look>();

  const folders = () => [...new Set([...runtime.config.models.paths, keptModelFolder(data)])];

  async function lookAt({ folder, shipped }: FoundVersion): Promise<Look> {
    const trusted = shipped ? [] : await registry.trustedKeys();
    const stamp = [await stampOf(folder), ...trusted].join('\n');
    const known = looks.get(folder);
    const same = known?.stamp === stamp ? known : undefined;
    if (same !== undefined && same.until > now()) return same;
    const found = admitModel(folder, { program, trusted, before });
    const look: Look = {
      stamp,
      found,
      before: same?.failed,
      failed: undefined,
      until: Number.POSITIVE_INFINITY,
    };
    looks.set(folder, look);
    found
      .catch((error: Error) => {
        look.failed = error.message;
        if (!isOfFiles(error)) look.until = now() + passingMs;
      })
      .finally(() => {
        look.before = undefined;
      });
    return look;
  }

  const registry: ModelRegistry = {
    trustedKeys: () => Promise.all(runtime.config.models.trusted_keys.map((file) => readFile(file, 'utf8'))),
    paths: () => [...folders(), join(data, documentFolders.models)],
    async all() {
      const found = await findModels(folders(), shippedModelFolder(root));
      const there = new Set(found.map(({ folder }) => folder));
      for (const folder of looks.keys()) if (!there.has(folder)) looks.delete(folder);
      const names = [...new Set(found.map(({ name }) => name))];
      return Promise.all(
        names.map(async (name) => {
          const versions = found.filter((each) => each.name === name);
          const decided = await documents.read(keyOfModel(name));
          const read = decided === undefined ? noDecisions : readModelState(decided);
          const unreadable = 'fault' in read ? stagesUnreadable(name, read.fault) : undefined;
          const state = 'fault' in read ? noDecisions : read;
          const stages = unreadable === undefined ? stagesOf(state, versions) : new Map();
          return {
            ...{ name, state, decided, unreadable },
            versions: versions.map((each) => ({
              ...each,
              stage: stages.get(each.version) ?? 'candidate',
            })),
          };
        }),
      );
    },
    admitted: async (version) => (await lookAt(version)).found,
    async atWork() {
      const models: ModelAtWork[] = [];
      const refused = new Map<string, string>();
      let again = null as number | null;
      for (const { versions, unreadable } of await registry.all())
        for (const version of versions) {
          const { stage, name, folder } = version;
          if (unreadable !== undefined) refused.set(`${name} ${version.version}`, unreadable.message);
          if (stage !== 'shadow' && stage !== 'live') continue;
          const refuse = (reason: string, isPassing: boolean) => {
            refused.set(`${name} ${version.version}`, reason);
            if (isPassing) again = Math.min(again ?? Number.POSITIVE_INFINITY, now() + passingMs);
          };
          try {
            const { found, before } = await lookAt(version);
            if (before === undefined)
              models.push({ name, version: version.version, stage, folder, digest: (await found).digest });
            else refuse(before, true);
          } catch (error) {
            refuse((error as Error).message, !isOfFiles(error));
          }
        }
      return { models, refused, again };
    },
  };
  return registry;
}

function stagesUnreadable(name: string, reason: string): Error {
  const key = keyOfModel(name);
  return scorerErrors.MODEL_STAGES({ name, reason, document: `${key.folder}/${key.name}.yml` });
}

/** Whether it fails again as long as no file changes. */
const isOfFiles = (error: unknown): boolean => isTidewatchError(error) && error.status < 500;

/** What changes when any file of a folder does. */
async function stampOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const files = names.map(async (name) => {
    // Whoever writes sets the other times as they like.
    const { size, mtimeMs, ctimeMs } = await stat(join(folder, name));
    return `${name} ${size} ${mtimeMs} ${ctimeMs}`;
  });
  return (await Promise.all(files)).join('\n');
}
