/**
 * Saved objects of OpenSearch Dashboards, in the form in which it exports them (its documentation: "Saved Objects APIs";
 * its sources: `saved_objects` of the plugins dashboard, visualizations, discover and data). What it keeps as text in
 * JSON is text here, too.
 */
export interface SavedObject {
  readonly type: keyof typeof migrations;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
  readonly migrationVersion: Readonly<Record<string, string>>;
}

interface Reference {
  readonly name: string;
  readonly type: SavedObject['type'];
  readonly id: string;
}

/** The form of each type, which Dashboards 2 and 3 write; an object of a later one would be refused. */
export const migrations = {
  'index-pattern': '7.6.0',
  search: '7.9.3',
  visualization: '7.10.0',
  dashboard: '7.9.3',
} as const;

const indexReference = 'kibanaSavedObjectMeta.searchSourceJSON.index';

function savedObject(
  type: SavedObject['type'],
  id: string,
  attributes: SavedObject['attributes'],
  references: readonly Reference[] = [],
): SavedObject {
  return { type, id, attributes, references, migrationVersion: { [type]: migrations[type] } };
}

/** Its fields are left out: Dashboards asks the cluster for them when it is first opened. */
export const indexPattern = (id: string, title: string, timeFieldName: string): SavedObject =>
  savedObject('index-pattern', id, { title, timeFieldName });

/** What is searched for: KQL on an index pattern. */
export interface Source {
  readonly pattern: SavedObject;
  readonly query?: string;
}

const searchSource = (query: string, more: object = {}): string =>
  JSON.stringify({ query: { query, language: 'kuery' }, filter: [], ...more });

const sourceOf = ({ query = '' }: Source, more: object = {}) => ({
  searchSourceJSON: searchSource(query, { ...more, indexRefName: indexReference }),
});

const referencesOf = ({ pattern: { type, id } }: Source): Reference[] => [{ name: indexReference, type, id }];

export function savedSearch(
  id: string,
  title: string,
  description: string,
  source: Source,
  columns: readonly string[],
): SavedObject {
  const sort = [[String(source.pattern.attributes.timeFieldName), 'desc']];
  const kibanaSavedObjectMeta = sourceOf(source, { highlightAll: true, version: true });
  return savedObject(
    'search',
    id,
    { title, description, columns, sort, hits: 0, version: 1, kibanaSavedObjectMeta },
    referencesOf(source),
  );
}

export interface VisState {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly aggs: readonly object[];
}

export const visualization = (id: string, title: string, source: Source, state: VisState): SavedObject =>
  savedObject(
    'visualization',
    id,
    {
      title,
      description: '',
      version: 1,
      visState: JSON.stringify({ title, ...state }),
      uiStateJSON: '{}',
      kibanaSavedObjectMeta: sourceOf(source),
    },
    referencesOf(source),
  );

/** A panel's place on a grid of 48 columns. */
export type Placed = readonly [object: SavedObject, width: number, height: number];

/** @param rows panels from left to right, and below each other */
export function dashboard(
  id: string,
  title: string,
  description: string,
  rows: readonly (readonly Placed[])[],
): SavedObject {
  const panels: object[] = [];
  const references: Reference[] = [];
  let y = 0;
  for (const row of rows) {
    let x = 0;
    for (const [{ type, id }, w, h] of row) {
      const i = String(panels.length + 1);
      const panelRefName = `panel_${panels.length}`;
      panels.push({
        version: '3.0.0',
        gridData: { x, y, w, h, i },
        panelIndex: i,
        embeddableConfig: {},
        panelRefName,
      });
      references.push({ name: panelRefName, type, id });
      x += w;
    }
    y += Math.max(...row.map(([, , height]) => height));
  }
  return savedObject(
    'dashboard',
    id,
    {
      title,
      description,
      hits: 0,
      version: 1,
      panelsJSON: JSON.stringify(panels),
      optionsJSON: JSON.stringify({ hidePanelTitles: false, useMargins: true }),
      timeRestore: true,
      timeFrom: 'now-24h',
      timeTo: 'now',
      refreshInterval: { pause: true, value: 0 },
      kibanaSavedObjectMeta: { searchSourceJSON: searchSource('') },
    },
    references,
  );
}

/** The file that Dashboards imports: an object per line, and a summary. */
export function ndjson(objects: readonly SavedObject[]): string {
  const summary = { exportedCount: objects.length, missingRefCount: 0, missingReferences: [] };
  return [...objects, summary].map((one) => `${JSON.stringify(one)}\n`).join('');
}
