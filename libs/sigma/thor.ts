import { readFile } from 'node:fs/promises';
import { isObject } from '@tidewatch/event';
import { errors } from './errors.ts';
import type { WindowsAlternative, WindowsTable } from './logsources.ts';
import { parseYaml } from './yaml.ts';

const eventLog = 'WinEventLog:';

/**
 * Reads the Windows part of a log source table in the format of SigmaHQ's `tests/thor.yml`: entries with `sources`
 * give a service its channels, entries with `conditions` and `rewrite` give a category its events. Entries for
 * files are not about Windows and are left out.
 *
 * @throws LOGSOURCES_UNREADABLE, LOGSOURCES_INVALID
 */
export async function loadThorTable(file: string): Promise<WindowsTable> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw errors.LOGSOURCES_UNREADABLE({ file, cause: (error as Error).message });
  }
  const yaml = parseYaml(text);
  if (!yaml.ok) throw errors.LOGSOURCES_INVALID({ file, cause: `line ${yaml.place?.line}: ${yaml.cause}` });
  const [document] = yaml.documents;
  if (!isObject(document) || !isObject(document.logsources)) {
    throw errors.LOGSOURCES_INVALID({ file, cause: 'it has no map `logsources`' });
  }
  const services = new Map<string, string[]>();
  const categories = new Map<string, WindowsAlternative[]>();
  for (const entry of Object.values(document.logsources)) {
    if (!isObject(entry)) continue;
    if (typeof entry.category === 'string' && isObject(entry.conditions)) {
      append(categories, entry.category, [
        readAlternative(entry.conditions, entry.rewrite, entry.fieldmappings),
      ]);
    } else if (typeof entry.service === 'string' && entry.product === 'windows') {
      const channels = listOf(entry.sources).filter((source) => source.startsWith(eventLog));
      append(
        services,
        entry.service,
        channels.map((source) => source.slice(eventLog.length)),
      );
    }
  }
  return { services, categories };
}

function readAlternative(
  conditions: Record<string, unknown>,
  rewrite: unknown,
  mappings: unknown,
): WindowsAlternative {
  const [eventType] = listOf(conditions.EventType);
  return {
    ...(conditions.EventID === undefined ? {} : { eventIds: listOf(conditions.EventID) }),
    ...(eventType === undefined ? {} : { eventType }),
    ...(isObject(rewrite) && typeof rewrite.service === 'string' ? { service: rewrite.service } : {}),
    ...(isObject(mappings)
      ? {
          fields: Object.entries(mappings).flatMap(([to, from]) =>
            listOf(from).map((name) => [name, to] as const),
          ),
        }
      : {}),
  };
}

const listOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(String);

function append<T>(map: Map<string, T[]>, key: string, values: readonly T[]): void {
  map.set(key, [...(map.get(key) ?? []), ...values]);
}
