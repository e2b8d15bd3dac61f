import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { deferring, type ParsedFile, parseRuleFile } from '@tidewatch/sigma';
import type { DocumentKey, Documents } from '@tidewatch/stream/documents';

/** Folders of what people write through the API, below the data folder. */
export const documentFolders = {
  rules: 'rules.kept',
  /** The version before of each rule; no loader looks into a folder with a dot. */
  before: 'rules.kept/.before',
  exceptions: 'exceptions',
  useCases: 'usecases.kept',
  useCasesBefore: 'usecases.kept/.before',
  /** What people decided about versions of models. */
  models: 'models.decided',
} as const;

export const keptRuleFolder = (data: string): string => join(data, documentFolders.rules);

export const keptUseCaseFolder = (data: string): string => join(data, documentFolders.useCases);

export const keyOfRule = (name: string): DocumentKey => ({ folder: documentFolders.rules, name });
export const keyOfBefore = (name: string): DocumentKey => ({ folder: documentFolders.before, name });

export const keyOfUseCase = (name: string): DocumentKey => ({ folder: documentFolders.useCases, name });
export const keyOfModel = (name: string): DocumentKey => ({ folder: documentFolders.models, name });
export const keyOfUseCaseBefore = (name: string): DocumentKey => ({
  folder: documentFolders.useCasesBefore,
  name,
});

/** The name that a rule's file is kept under; undefined for one that the API does not change. */
export function keptName(documents: Documents, file: string): string | undefined {
  const key = documents.keyOf(file);
  return key?.folder === documentFolders.rules ? key.name : undefined;
}

/** Files that rules are loaded from in the folder of kept ones, also what people put there themselves. */
export async function keptRuleFiles(data: string): Promise<string[]> {
  const folder = keptRuleFolder(data);
  const paths = await readdir(folder, { recursive: true });
  return paths
    .filter((path) => /\.ya?ml$/i.test(path) && !/(^|[\\/])\./.test(path))
    .map((path) => join(folder, path));
}

/** What a file has of each kind, also with placeholders that only the configuration or a pipeline fills. */
export const parseDocuments = (source: string, file = 'the rule'): ParsedFile =>
  parseRuleFile(source, file, deferring(new Map()));

/** Told from its text alone, so that it is the same wherever a rule is kept. */
export const versionOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
