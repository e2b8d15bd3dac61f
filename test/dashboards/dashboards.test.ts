import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject } from '@tidewatch/event';
import { type KqlNode, parseKql } from '@tidewatch/query';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type EcsType, ecsFields } from '../../libs/normalize/ecs_fields.ts';
import { alertTemplate } from '../../libs/store/opensearch/alert_index.ts';
import { dashboardsFile } from '../../scripts/dashboards/index.ts';

const committed = readFileSync(join(import.meta.dirname, '../../dashboards/tidewatch.ndjson'), 'utf8');

/** Text that holds JSON. */
const json = <T extends z.ZodType>(inner: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('is no JSON');
        return z.NEVER;
      }
    })
    .pipe(inner);

const query = z.strictObject({ query: z.string(), language: z.literal('kuery') });
const source = z.strictObject({
  query,
  filter: z.array(z.never()),
  indexRefName: z.literal('kibanaSavedObjectMeta.searchSourceJSON.index').optional(),
  highlightAll: z.boolean().optional(),
  version: z.boolean().optional(),
});
const kibanaSavedObjectMeta = z.strictObject({ searchSourceJSON: json(source) });

/** The schemas of aggregations that the editor of each kind of visualization has. */
const aggSchemas: Readonly<Record<string, readonly string[]>> = {
  metric: ['metric'],
  histogram: ['metric', 'segment', 'group'],
  pie: ['metric', 'segment'],
  table: ['metric', 'bucket'],
};
const agg = z.strictObject({
  id: z.string().regex(/^\d+$/),
  enabled: z.literal(true),
  type: z.enum(['count', 'cardinality', 'sum', 'terms', 'date_histogram']),
  schema: z.string(),
  params: z.looseObject({ field: z.string().optional(), orderBy: z.string().optional() }),
});
const visState = z.strictObject({
  title: z.string(),
  type: z.enum(['metric', 'histogram', 'pie', 'table']),
  params: z.looseObject({}),
  aggs: z.array(agg).min(1),
});
const panel = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  gridData: z.strictObject({ x: z.int(), y: z.int(), w: z.int(), h: z.int(), i: z.string() }),
  panelIndex: z.string(),
  embeddableConfig: z.looseObject({}),
  panelRefName: z.string(),
});

/**
 * The attributes of each type: exactly those of its mapping in Dashboards' sources, whose index is `dynamic: strict`, so that
 * another one is refused. Index patterns may have more.
 */
const attributes = {
  'index-pattern': z.strictObject({ title: z.string(), timeFieldName: z.string() }),
  search: z.strictObject({
    title: z.string(),
    description: z.string(),
    columns: z.array(z.string()).min(1),
    sort: z.array(z.tuple([z.string(), z.enum(['asc', 'desc'])])).length(1),
    hits: z.literal(0),
    version: z.literal(1),
    kibanaSavedObjectMeta,
  }),
  visualization: z.strictObject({
    title: z.string(),
    description: z.string(),
    version: z.literal(1),
    visState: json(visState),
    uiStateJSON: json(z.looseObject({})),
    kibanaSavedObjectMeta,
  }),
  dashboard: z.strictObject({
    title: z.string(),
    description: z.string(),
    hits: z.literal(0),
    version: z.literal(1),
    panelsJSON: json(z.array(panel).min(1)),
    optionsJSON: json(z.strictObject({ hidePanelTitles: z.boolean(), useMargins: z.boolean() })),
    timeRestore: z.literal(true),
    timeFrom: z.string(),
    timeTo: z.string(),
    refreshInterval: z.strictObject({ pause: z.boolean(), value: z.int() }),
    kibanaSavedObjectMeta,
  }),
};
/** Newest migrations of Dashboards 2 and 3; an object that claims a newer one is refused. */
const versions = { 'index-pattern': '7.6.0', search: '7.9.3', visualization: '7.10.0', dashboard: '7.9.3' };
type Type = keyof typeof attributes;

const objectOf = <T extends Type>(type: T) =>
  z.strictObject({
    type: z.literal(type),
    id: z.string().regex(/^[a-z][a-z0-9-]+$/),
    attributes: attributes[type],
    references: z.array(
      z.strictObject({ name: z.string(), type: z.enum(Object.keys(versions) as Type[]), id: z.string() }),
    ),
    migrationVersion: z.strictObject({ [type]: z.literal(versions[type]) }),
  });
const savedObject = z.discriminatedUnion('type', [
  objectOf('index-pattern'),
  objectOf('search'),
  objectOf('visualization'),
  objectOf('dashboard'),
]);

const lines = committed
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as JsonObject);
const summary = lines.at(-1);
const objects = lines.slice(0, -1).map((line) => savedObject.parse(line));
const ofType = <T extends Type>(type: T) =>
  objects.filter((one): one is Extract<(typeof objects)[number], { type: T }> => one.type === type);
const find = ({ type, id }: { type: string; id: string }) =>
  objects.find((one) => one.type === type && one.id === id);

const ecsTypes = new Map(
  (Object.entries(ecsFields) as [EcsType, string][]).flatMap(([type, paths]) =>
    paths.split(' ').map((path) => [path, type] as const),
  ),
);
const ownFields: Readonly<Record<string, string>> = {
  'tidewatch.source': 'keyword',
  'tidewatch.data_class': 'keyword',
};

/** The type by which a pattern's indices have a field; undefined where they never have it. */
function typeOf(pattern: string, path: string): string | undefined {
  if (pattern === 'tidewatch-alerts') {
    const found = path
      .split('.')
      .reduce<unknown>(
        (at, name) =>
          isObject(at as JsonObject) ? (at as { properties?: JsonObject }).properties?.[name] : undefined,
        alertTemplate.body.template.mappings,
      );
    const { type } = (found ?? {}) as { type?: string };
    if (type !== undefined) return type;
  }
  return ownFields[path] ?? ecsTypes.get(path);
}
const patternOf = ({ references }: { references: readonly { type: string; id: string }[] }): string =>
  references.find(({ type }) => type === 'index-pattern')?.id ?? '';

function fieldsIn(node: KqlNode): string[] {
  if (node.kind === 'and' || node.kind === 'or') return node.children.flatMap(fieldsIn);
  if (node.kind === 'not') return fieldsIn(node.child);
  return 'field' in node && typeof node.field === 'string' ? [node.field] : [];
}

describe('the dashboards', () => {
  it('are what their code makes', () => {
    expect(committed === dashboardsFile(), 'npm run generate').toBe(true);
  });

  it('have the objects that a file says it has, each once', () => {
    expect(summary).toEqual({ exportedCount: objects.length, missingRefCount: 0, missingReferences: [] });
    expect(new Set(objects.map(({ type, id }) => `${type} ${id}`)).size).toBe(objects.length);
    expect(ofType('dashboard').map(({ attributes: { title } }) => title)).toEqual([
      'Tidewatch: all logs',
      'Tidewatch: alerts',
    ]);
  });

  it('refer to what is there, and use each reference', () => {
    for (const one of objects) {
      for (const reference of one.references)
        expect(find(reference), JSON.stringify(reference)).toBeDefined();
      const used = [
        ...('kibanaSavedObjectMeta' in one.attributes
          ? [one.attributes.kibanaSavedObjectMeta.searchSourceJSON.indexRefName]
          : []),
        ...(one.type === 'dashboard'
          ? one.attributes.panelsJSON.map(({ panelRefName }) => panelRefName)
          : []),
      ].filter((name) => name !== undefined);
      expect(one.references.map(({ name }) => name)).toEqual(used);
    }
    const shown = new Set(ofType('dashboard').flatMap(({ references }) => references.map(({ id }) => id)));
    for (const { id } of ofType('visualization')) expect(shown, id).toContain(id);
  });

  it('place their panels on the grid, none over another', () => {
    for (const {
      attributes: { panelsJSON },
    } of ofType('dashboard')) {
      const cells = new Set<string>();
      for (const {
        gridData: { x, y, w, h, i },
        panelIndex,
      } of panelsJSON) {
        expect(i).toBe(panelIndex);
        expect(x + w).toBeLessThanOrEqual(48);
        for (let column = x; column < x + w; column++)
          for (let row = y; row < y + h; row++) {
            expect(cells.has(`${column},${row}`)).toBe(false);
            cells.add(`${column},${row}`);
          }
      }
    }
  });

  it('count in ways that their editors have, by fields that indices have', () => {
    const counted = new Set(['keyword', 'wildcard', 'constant_keyword', 'ip', 'boolean', 'long']);
    for (const one of ofType('visualization')) {
      const { title, visState: state } = one.attributes;
      expect(state.title).toBe(title);
      const metrics = state.aggs.filter(({ schema }) => schema === 'metric').map(({ id }) => id);
      expect(new Set(state.aggs.map(({ id }) => id)).size).toBe(state.aggs.length);
      for (const { schema, type, params } of state.aggs) {
        expect(aggSchemas[state.type]).toContain(schema);
        if (params.orderBy !== undefined) expect(metrics).toContain(params.orderBy);
        if (params.field === undefined) expect(type).toBe('count');
        else {
          const found = typeOf(patternOf(one), params.field);
          const wanted = { date_histogram: ['date'], sum: ['long'] }[type as string] ?? [...counted];
          expect(wanted, `${one.id}: ${params.field}`).toContain(found);
        }
      }
    }
  });

  it('search in KQL, and show columns, by fields that indices have', () => {
    for (const pattern of ofType('index-pattern'))
      expect(typeOf(pattern.id, pattern.attributes.timeFieldName)).toBe('date');
    for (const one of [...ofType('search'), ...ofType('visualization')]) {
      const text = one.attributes.kibanaSavedObjectMeta.searchSourceJSON.query.query;
      const parsed = parseKql(text);
      expect(parsed.ok, text).toBe(true);
      const named = [
        ...(parsed.ok ? fieldsIn(parsed.ast) : []),
        ...(one.type === 'search' ? [...one.attributes.columns, one.attributes.sort[0]![0]] : []),
      ];
      for (const field of named) expect(typeOf(patternOf(one), field), `${one.id}: ${field}`).toBeDefined();
    }
  });
});
