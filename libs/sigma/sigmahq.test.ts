import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getField, isObject, type JsonObject, setField } from '@tidewatch/event';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSigmaEngine, type SigmaEngine } from './engine.ts';
import { type LoadedRules, loadRules } from './load.ts';
import { recommendedSelection, selectRules } from './select.ts';
import { loadThorTable } from './thor.ts';
import { parseYaml } from './yaml.ts';

const folder = fileURLToPath(new URL('../../../shared/data/sigmahq/', import.meta.url));
const present = existsSync(folder);
const required = (process.env.TIDEWATCH_REQUIRE ?? '').split(',').includes('sigmahq');
if (!present && !required) console.log(`skipped: the SigmaHQ rules are not at ${folder}`);

const ruleFolders = [
  'rules',
  'rules-emerging-threats',
  'rules-threat-hunting',
  'rules-compliance',
  'rules-placeholder',
];
const paths = ruleFolders.map((name) => `${folder}${name}`);

function filesBelow(path: string, ending: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${path}/${name}`);
}

/** The names that the rules' own text puts between percent signs under `expand`; an address serves any of them. */
function placeholders(): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const file of paths.flatMap((path) => filesBelow(path, '.yml'))) {
    const text = readFileSync(file, 'utf8');
    if (!text.includes('expand')) continue;
    for (const [, name] of text.matchAll(/%([^%\s\\]+)%/g)) lists[name as string] = ['192.0.2.1'];
  }
  return lists;
}

interface Regression {
  readonly name: string;
  readonly rule: string;
  readonly count: number;
  readonly events: readonly JsonObject[];
}

function regressions(): Regression[] {
  return filesBelow(`${folder}regression_data`, 'info.yml').flatMap((file) => {
    const parsed = parseYaml(readFileSync(file, 'utf8'));
    const info = (parsed.ok ? parsed.documents[0] : {}) as {
      rule_metadata: { id: string }[];
      regression_tests_info: { match_count?: number; path: string }[];
    };
    const rule = info.rule_metadata[0]!.id;
    return info.regression_tests_info.map(({ match_count: count = 1, path }) => {
      const json = `${folder}${path.replace(/\.evtx$/, '.json')}`;
      return { name: path, rule, count, events: readDocuments(readFileSync(json, 'utf8')) };
    });
  });
}

/** One JSON document after the other, each over several lines. */
function readDocuments(text: string): JsonObject[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/^(?=\{)/m)
    .filter((piece) => piece.trim() !== '')
    .map((piece) => JSON.parse(piece) as JsonObject);
}

const at = (event: JsonObject, path: string) => getField(event, path) ?? null;

/** As winlogbeat and Tidewatch's normaliser write it: the data verbatim below `winlog`, ECS beside it. */
function asEcs(evtx: JsonObject): JsonObject {
  const data = at(evtx, 'Event.EventData');
  const fields = isObject(data) ? { ...data } : {};
  delete fields['#attributes'];
  return {
    '@timestamp': '2025-11-27T07:40:10.165Z',
    event: {
      id: 'e',
      ingested: '2025-11-27T07:40:11.000Z',
      dataset: 'windows.sysmon',
      code: String(at(evtx, 'Event.System.EventID')),
    },
    tidewatch: { source: 'test', data_class: 'security' },
    host: { name: at(evtx, 'Event.System.Computer') },
    process: { executable: fields.Image ?? null, command_line: fields.CommandLine ?? null },
    user: { name: 'somebody' },
    winlog: {
      channel: at(evtx, 'Event.System.Channel'),
      event_id: String(at(evtx, 'Event.System.EventID')),
      provider_name: at(evtx, 'Event.System.Provider.#attributes.Name'),
      computer_name: at(evtx, 'Event.System.Computer'),
      event_data: fields,
    },
  };
}

/** The same with dotted keys, as some pipelines leave them. */
function asDotted(evtx: JsonObject): JsonObject {
  const { winlog } = asEcs(evtx);
  const dotted: JsonObject = {};
  if (!isObject(winlog)) return dotted;
  for (const [key, value] of Object.entries(winlog)) {
    if (key === 'event_data' && isObject(value)) {
      for (const [name, member] of Object.entries(value)) dotted[`winlog.event_data.${name}`] = member;
    } else dotted[`winlog.${key}`] = value;
  }
  return dotted;
}

/** As nxlog writes it: everything side by side. */
function asNxlog(evtx: JsonObject): JsonObject {
  const data = at(evtx, 'Event.EventData');
  const type = isObject(data) ? data.EventType : undefined;
  return {
    ...(isObject(data) ? data : {}),
    EventID: at(evtx, 'Event.System.EventID'),
    Channel: String(at(evtx, 'Event.System.Channel')).toLowerCase(),
    SourceName: at(evtx, 'Event.System.Provider.#attributes.Name'),
    Hostname: at(evtx, 'Event.System.Computer'),
    EventType: 'INFO',
    Message:
      type === undefined ? 'x' : `Registry:\r\nRuleName: -\r\nEventType: ${String(type)}\r\nUtcTime: x`,
  };
}

describe.skipIf(!present && !required)('the SigmaHQ rules', () => {
  let loaded: LoadedRules;
  let engine: SigmaEngine;
  const cases: Regression[] = present ? regressions() : [];

  beforeAll(async () => {
    loaded = await loadRules({ paths, placeholders: placeholders() });
    engine = createSigmaEngine(loaded.rules, {
      onFault: (_, error) => {
        throw error;
      },
    });
  }, 60_000);

  it('load, every one', () => {
    expect(loaded.rejected).toEqual([]);
    expect(loaded.skipped).toEqual([]);
    expect(loaded.rules).toHaveLength(3_780);
  });

  it('without placeholder lists, only rules with placeholders are refused, by name and line', async () => {
    const { rejected } = await loadRules({ paths: [`${folder}rules-placeholder`] });
    expect(rejected.length).toBeGreaterThan(0);
    for (const { code, reason, line } of rejected) {
      expect(code).toBe('unresolved_placeholder');
      expect(reason).toMatch(/%.+%/);
      expect(line).toBeGreaterThan(1);
    }
  });

  it('are fewer than half by the recommended selection', () => {
    const { rules, unused } = selectRules(loaded.rules, recommendedSelection);
    expect(rules).toHaveLength(1_718);
    expect(unused).toEqual([]);
  });

  it('have a hundred regression tests', () => {
    expect(cases).toHaveLength(100);
  });

  const shapes: [name: string, shape: (event: JsonObject) => JsonObject][] = [
    ['evtx_dump', (event) => event],
    ['ECS', asEcs],
    ['dotted winlogbeat', asDotted],
    ['nxlog', asNxlog],
  ];
  it.each(shapes)('find all regression events as %s', (_, shape) => {
    const missed = cases.filter(({ rule, count, events }) => {
      const hits = events.filter((event) =>
        engine.evaluate(shape(event)).some((hit) => hit.rule.id === rule),
      );
      return hits.length < count;
    });
    expect(missed.map(({ name }) => name)).toEqual([]);
  });

  it.each(shapes)('give the same hits by index and by full scan, and in every shape: %s', (_, shape) => {
    for (const event of cases.flatMap(({ events }) => events)) {
      const ids = engine.evaluate(shape(event)).map(({ rule }) => rule.id);
      expect(ids).toEqual(engine.scan(shape(event)).map(({ rule }) => rule.id));
      expect(ids).toEqual(engine.evaluate(event).map(({ rule }) => rule.id));
    }
  });

  it('miss when what the explanation highlights is altered, for every hit, and say why', () => {
    let explained = 0;
    let leaves = 0;
    for (const event of cases.flatMap(({ events }) => events)) {
      for (const { rule } of engine.evaluate(event)) {
        const explanation = engine.explain(event, rule.id)!;
        expect(explanation.items.length, rule.title).toBeGreaterThan(0);
        const altered = structuredClone(event);
        for (const { path, value, spans, line, pattern, selection } of explanation.items) {
          expect(selection).not.toBe('');
          const text = rule.source.split('\n')[line! - 1]!;
          if (pattern !== null && !pattern.includes('\n') && !text.includes("''"))
            expect(text).toContain(pattern);
          if (path === null) continue;
          for (const [start, end] of spans) expect(value!.slice(start, end)).toHaveLength(end - start);
          setField(altered, path, '~');
        }
        const hit = engine.evaluate(altered).some((each) => each.rule.id === rule.id);
        expect(hit, `${rule.title}: ${JSON.stringify(explanation.items)}`).toBe(false);
        expect(engine.explainMiss(event, rule.id)).toBeNull();
        const lines = rule.source.split('\n').length;
        const miss = engine.explainMiss(altered, rule.id)!;
        // Altering the event's own id makes some of them another source's.
        if (miss.reason === 'logsource') expect(miss.stated.eventId ?? miss.stated.channel).toBe('~');
        else if (miss.reason === 'leaf') {
          expect(miss.selection).not.toBe('');
          for (const { line } of miss.wanted) expect(line).toBeLessThanOrEqual(lines);
          expect(miss.held).toBeLessThan(miss.asked);
          expect(miss.wanted.length).toBeGreaterThan(0);
          leaves++;
        } else expect(miss.items.length, rule.title).toBeGreaterThan(0);
        explained++;
      }
    }
    expect(explained).toBeGreaterThan(100);
    expect(leaves).toBeGreaterThan(0.9 * explained);
  });

  it('have a reason for every miss, and none for a hit', () => {
    const reasons = new Set<string>();
    for (const event of cases.slice(0, 20).flatMap(({ events }) => events.slice(0, 1))) {
      const hits = new Set(engine.evaluate(event).map(({ rule }) => rule.id));
      const some = loaded.rules.filter(({ id }, number) => hits.has(id) || number % 10 === 0);
      for (const { id } of some) {
        const miss = engine.explainMiss(event, id);
        expect(miss === null, id).toBe(hits.has(id));
        if (miss !== null) reasons.add(miss.reason);
      }
    }
    expect([...reasons].sort()).toEqual(['filter', 'leaf', 'logsource']);
  });

  it("find the same with the log source table of SigmaHQ's own file", async () => {
    const windows = await loadThorTable(`${folder}tests/thor.yml`);
    const own = createSigmaEngine(loaded.rules, { windows });
    const missed = cases.filter(
      ({ rule, count, events }) =>
        events.filter((event) => own.evaluate(event).some((hit) => hit.rule.id === rule)).length < count,
    );
    expect(missed.map(({ name }) => name)).toEqual([]);
  });
});
