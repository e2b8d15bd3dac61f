import { type EcsEvent, isObject, leaves } from '@tidewatch/event';

/** Says a text with the pseudonyms of the epoch before. */
export type Rename = (text: string) => string;

const prefix = 'former_';

/**
 * Of an event that says what its values were called in the epoch before (`labels.former_user_name`), what says a text in
 * those names; undefined for all others. A window that is open when the epoch ends goes on under them.
 */
export function formerNames(event: EcsEvent): Rename | undefined {
  const { labels } = event;
  if (!isObject(labels)) return undefined;
  const formers = new Map(
    Object.entries(labels).flatMap(([key, value]) =>
      key.startsWith(prefix) && typeof value === 'string' ? [[key.slice(prefix.length), value] as const] : [],
    ),
  );
  if (formers.size === 0) return undefined;
  const names: (readonly [now: string, before: string])[] = [];
  for (const [path, value] of leaves(event)) {
    const before = formers.get(path.replaceAll('.', '_'));
    if (before !== undefined && typeof value === 'string') names.push([bare(value), bare(before)]);
  }
  return (text) => names.reduce((said, [now, before]) => said.replaceAll(now, before), text);
}

/** Without the domain before it and the sign of a machine behind it. */
const bare = (pseudonym: string): string =>
  pseudonym.slice(pseudonym.lastIndexOf('\\') + 1).replace(/\$$/, '');
