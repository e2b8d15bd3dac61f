import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AdmittedModel,
  admitModel,
  type FoundVersion,
  findModels,
  type ModelAtWork,
  type ModelStage,
  type ModelState,
  noDecisions,
  parseModelState,
  stagesOf,
} from '@tidewatch/scorer';
import { parse } from 'yaml';
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
  readonly versions: readonly (FoundVersion & { readonly stage: ModelStage })[];
}

/** What there is of models, what people decided, and what may run. */
export interface ModelRegistry {
  /** What has to be watched. */
  paths(): readonly string[];
  all(): Promise<readonly RegisteredModel[]>;
  /** Public keys of which one must have signed what did not come with Tidewatch. */
  trustedKeys(): Promise<readonly string[]>;
  /** As `admitModel`; what was looked at is looked at once. */
  admitted(version: FoundVersion): Promise<AdmittedModel>;
  /** Versions that are to score, and why others that should do not. */
  atWork(): Promise<{
    readonly models: readonly ModelAtWork[];
    readonly refused: ReadonlyMap<string, string>;
  }>;
}

export function createModelRegistry(runtime: Runtime): ModelRegistry {
  const documents = documentsOf(runtime.adapters);
  const { root } = runtime.options;
  const { data } = runtime.config;
  const before = openAdmissions(admissionsFile(data), workers.admission);
  const looks = new Map<string, Promise<AdmittedModel>>();

  const folders = () => [...new Set([...runtime.config.models.paths, keptModelFolder(data)])];

  async function look({ folder, shipped }: FoundVersion): Promise<AdmittedModel> {
    const trusted = shipped ? [] : await registry.trustedKeys();
    return admitModel(folder, { program: workers.admission, trusted, before });
  }

  const registry: ModelRegistry = {
    trustedKeys: () => Promise.all(runtime.config.models.trusted_keys.map((file) => readFile(file, 'utf8'))),
    paths: () => [...folders(), join(data, documentFolders.models)],
    async all() {
      const found = await findModels(folders(), shippedModelFolder(root));
      const names = [...new Set(found.map(({ name }) => name))];
      return Promise.all(
        names.map(async (name) => {
          const versions = found.filter((each) => each.name === name);
          const decided = await documents.read(keyOfModel(name));
          const state = decided === undefined ? noDecisions : parseModelState(parse(decided));
          const stages = stagesOf(state, versions);
          return {
            name,
            state,
            decided,
            versions: versions.map((each) => ({
              ...each,
              stage: stages.get(each.version) ?? 'candidate',
            })),
          };
        }),
      );
    },
    async admitted(version) {
      const key = await stampOf(version.folder);
      const known = looks.get(key) ?? look(version);
      looks.set(key, known);
      // Whoever asks is told.
      known.catch(() => {});
      return known;
    },
    async atWork() {
      const models: ModelAtWork[] = [];
      const refused = new Map<string, string>();
      for (const { versions } of await registry.all())
        for (const version of versions) {
          const { stage, name, folder, digest } = version;
          if (stage !== 'shadow' && stage !== 'live') continue;
          try {
            await registry.admitted(version);
            models.push({ name, version: version.version, stage, folder, digest });
          } catch (error) {
            refused.set(`${name} ${version.version}`, (error as Error).message);
          }
        }
      return { models, refused };
    },
  };
  return registry;
}

/** What changes when any file of a folder does. */
async function stampOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const files = names.map(async (name) => {
    const { size, mtimeMs } = await stat(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return [folder, ...(await Promise.all(files))].join('\n');
}
