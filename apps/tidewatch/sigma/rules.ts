import { readFile } from 'node:fs/promises';
import { formatIssues, pluginErrors, validateYaml } from '@tidewatch/plugin';
import { type LoadedRules, loadRules } from '@tidewatch/sigma';
import { z } from 'zod';

/** A placeholder file: name → values. */
const placeholderFile = z.record(z.string(), z.array(z.coerce.string()));

/** Loads rules for a command, with placeholder values from a YAML file where one is named. */
export async function loadForCommand(paths: readonly string[], placeholders?: string): Promise<LoadedRules> {
  if (placeholders === undefined) return loadRules({ paths });
  const text = await readFile(placeholders, 'utf8').catch((error: Error) => {
    throw pluginErrors.CONFIG_UNREADABLE({ file: placeholders, reason: error.message });
  });
  const lists = validateYaml(text, placeholderFile);
  if (!lists.ok)
    throw pluginErrors.CONFIG_INVALID({ file: placeholders, issues: formatIssues(lists.issues) });
  return loadRules({ paths, placeholders: lists.value });
}
