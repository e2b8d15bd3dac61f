import { join } from 'node:path';
import type { EcsEvent, ExplainedItem, Explanation, Json, JsonObject } from '@tidewatch/event';
import { createSigmaEngine, loadRules } from '@tidewatch/sigma';
import type { RunningServer } from '../../e2e/server.ts';
import { root } from '../../require.ts';

interface Match {
  readonly event: EcsEvent;
  readonly explanation: Explanation;
}
interface Alert {
  readonly id: string;
  readonly detector: { readonly engine: string; readonly id: string; readonly title: string };
  readonly matches: readonly Match[];
}

/** What the console says of the alerts of single-event rules. */
export interface Explained {
  readonly alerts: number;
  readonly rules: number;
  /** Titles of rules with a match whose explanation names nothing. */
  readonly silent: readonly string[];
  /** Titles of rules that still match an event without what was highlighted in it. */
  readonly deaf: readonly string[];
}

export async function explained(server: RunningServer): Promise<Explained> {
  const { rules } = await loadRules({ paths: [join(root, 'rules')] });
  const { items } = await server.api<{ items: Alert[] }>('/api/alerts?limit=500&from=now-24h');
  const bySigma = items.filter(({ detector }) => detector.engine === 'sigma');
  const silent = new Set<string>();
  const deaf = new Set<string>();
  for (const { id, detector } of bySigma) {
    const { matches } = await server.api<Alert>(`/api/alerts/${encodeURIComponent(id)}`);
    const rule = rules.find((each) => each.id === detector.id);
    if (rule === undefined) throw new Error(`${detector.title} is no shipped rule.`);
    const engine = createSigmaEngine([rule], {
      onFault: (_, error) => {
        throw error;
      },
    });
    for (const { event, explanation } of matches) {
      if (explanation.engine !== 'sigma' || explanation.items.length === 0) silent.add(detector.title);
      else if (engine.evaluate(event).length === 0)
        throw new Error(`${detector.title} misses its own event.`);
      else if (engine.evaluate(without(event, explanation.items)).length > 0) deaf.add(detector.title);
    }
  }
  const fired = new Set(bySigma.map(({ detector }) => detector.id));
  return { alerts: bySigma.length, rules: fired.size, silent: [...silent], deaf: [...deaf] };
}

/** The event with what is highlighted in its values taken out. */
function without(event: EcsEvent, items: readonly ExplainedItem[]): EcsEvent {
  const left = structuredClone(event) as JsonObject;
  const paths = new Map<string, ExplainedItem[]>();
  for (const item of items)
    if (item.path !== null && item.value !== null)
      paths.set(item.path, [...(paths.get(item.path) ?? []), item]);
  for (const [path, about] of paths) {
    const whole = about.some(({ spans }) => spans.length === 0);
    const spans = about.flatMap((item) => item.spans).sort(([a], [b]) => b - a);
    change(left, path, (value) => (whole || typeof value !== 'string' ? undefined : cut(value, spans)));
  }
  return left as EcsEvent;
}

/** From the last to the first, so that places before stay what they are. */
function cut(value: string, spans: readonly (readonly [number, number])[]): string {
  let text = value;
  let end = value.length;
  for (const [from, to] of spans) {
    text = text.slice(0, from) + text.slice(Math.max(from, Math.min(to, end)));
    end = from;
  }
  return text;
}

/** Puts another value where a dotted path leads, or none; a key may hold dots itself. */
function change(holder: JsonObject, path: string, to: (value: Json) => Json | undefined): boolean {
  for (let at = path.length; at > 0; at = path.lastIndexOf('.', at - 1)) {
    const key = path.slice(0, at);
    const value = holder[key];
    if (value === undefined) continue;
    if (at === path.length) {
      const changed = to(value);
      if (changed === undefined) delete holder[key];
      else holder[key] = changed;
      return true;
    }
    if (typeof value === 'object' && value !== null && change(value as JsonObject, path.slice(at + 1), to))
      return true;
  }
  return false;
}
