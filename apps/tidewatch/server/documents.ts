import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DocumentKey } from '@tidewatch/stream/documents';

/** Folders of what people write through the API, below the data folder. */
export const documentFolders = {
  rules: 'rules.kept',
  /** The version before of each rule; no loader looks into a folder with a dot. */
  before: 'rules.kept/.before',
  exceptions: 'exceptions',
} as const;

export const keptRuleFolder = (data: string): string => join(data, documentFolders.rules);

export const keyOfRule = (name: string): DocumentKey => ({ folder: documentFolders.rules, name });
export const keyOfBefore = (name: string): DocumentKey => ({ folder: documentFolders.before, name });

/** Told from its text alone, so that it is the same wherever a rule is kept. */
export const versionOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
