import { readFile } from 'node:fs/promises';
import { formatIssues, pluginErrors, validateYaml } from '@tidewatch/plugin';
import { type LoadedRules, loadRules } from '@tidewatch/sigma';
import { z } from 'zod';
import { startErrors } from '../errors.ts';

/** A placeholder file: name → values. */
const placeholderFile = z.record(z.string(), z.array(z.coerce.string()));

/**
 * As {@link loadForCommand}, for what would be wrong if a part were missing.
 *
 * @throws RULES_UNREADABLE for the first file or folder that cannot be read
 */
export async function loadReadable(paths: readonly string[], placeholders?: string): Promise<LoadedRules> {
  const loaded = await loadForCommand(paths, placeholders);
  const unreadable = loaded.rejected.find(({ code }) => code === 'unreadable');
  if (unreadable === undefined) return loaded;
  throw startErrors.RULES_UNREADABLE({ file: unreadable.file, reason: unreadable.reason });
}

/**
 * Loads rules for a command, with placeholder values from a YAML file where one is named.
 *
 * @param pipelines files of processing pipelines
 * @param cache where parsed rules are kept from one run to the next
 */
export async function loadForCommand(
  paths: readonly string[],
  placeholders?: string,
  pipelines: readonly string[] = [],
  cache?: string,
): Promise<LoadedRules> {
  const options = { paths, pipelines, ...(cache === undefined ? {} : { cache }) };
  if (placeholders === undefined) return loadRules(options);
  const text = await readFile(placeholders, 'utf8').catch((error: Error) => {
    throw pluginErrors.CONFIG_UNREADABLE({ file: placeholders, reason: error.message });
  });
  const lists = validateYaml(text, placeholderFile);
  if (!lists.ok)
    throw pluginErrors.CONFIG_INVALID({ file: placeholders, issues: formatIssues(lists.issues) });
  return loadRules({ ...options, placeholders: lists.value });
}
