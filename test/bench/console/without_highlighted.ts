import type { EcsEvent, ExplainedItem, Json, JsonObject } from '@tidewatch/event';
import { segments } from '../../../apps/console/view/spans.ts';

/** The event with what the console highlights in its values taken out; a value without spans goes whole. */
export function withoutHighlighted(event: EcsEvent, items: readonly ExplainedItem[]): EcsEvent {
  const left = structuredClone(event) as JsonObject;
  const paths = new Map<string, ExplainedItem[]>();
  for (const item of items)
    if (item.path !== null) paths.set(item.path, [...(paths.get(item.path) ?? []), item]);
  for (const [path, about] of paths) change(left, path, (value) => remainderOf(value, about));
  return left as EcsEvent;
}

/** What stays of a value, undefined for nothing; values of a list that are not highlighted stay as they are. */
function remainderOf(value: Json, items: readonly ExplainedItem[]): Json | undefined {
  if (Array.isArray(value)) return value.flatMap((each) => remainderOf(each, items) ?? []);
  const about = items.filter((item) => item.value === String(value));
  if (about.length === 0) return value;
  if (typeof value !== 'string' || about.some(({ spans }) => spans.length === 0)) return undefined;
  const shown = segments(
    value,
    about.flatMap(({ spans }) => spans),
  );
  return shown.map(({ hit, text }) => (hit ? '' : text)).join('');
}

/** Puts another value where a dotted path leads, or none; a key may hold dots itself. */
function change(holder: Json, path: string, to: (value: Json) => Json | undefined): void {
  if (Array.isArray(holder)) {
    for (const each of holder) change(each, path, to);
    return;
  }
  if (holder === null || typeof holder !== 'object') return;
  for (let at = path.length; at > 0; at = path.lastIndexOf('.', at - 1)) {
    const key = path.slice(0, at);
    const value = holder[key];
    if (value === undefined) continue;
    if (at < path.length) {
      change(value, path.slice(at + 1), to);
      continue;
    }
    const changed = to(value);
    if (changed === undefined) delete holder[key];
    else holder[key] = changed;
  }
}
