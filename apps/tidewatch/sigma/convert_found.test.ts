import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@tidewatch/event';
import { convertRule, createSigmaEngine, loadRules, type SigmaRule, toDsl, toLucene } from '@tidewatch/sigma';
import { parseDataClasses } from '@tidewatch/store';
import {
  connectOpenSearch,
  eventIndex,
  openSearchConfig,
  setupOpenSearch,
} from '@tidewatch/store/opensearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/fuzz_runs.ts';
import { has } from '../../../test/require.ts';
import { random } from '../../../test/seed.ts';
import { type BorrowedOpenSearch, borrowOpenSearch } from '../../../test/services/borrow_opensearch.ts';
import {
  altered,
  documents,
  eventFor,
  lines,
  regressionEvents,
  sigmahqRules,
  stored,
} from './convert_fixture.ts';

async function ruleOf(text: string): Promise<SigmaRule> {
  const folder = await mkdtemp(join(tmpdir(), 'convert-'));
  try {
    await writeFile(join(folder, 'rule.yml'), text);
    return (await loadRules({ paths: [folder] })).rules[0] as SigmaRule;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const index = eventIndex('short', '2026-01-01');

async function post<T>(url: string, path: string, rows: readonly unknown[]): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

interface Answer {
  readonly error?: unknown;
  readonly hits?: { readonly hits: readonly { readonly _id: string }[] };
}

/** Numbers of the events that each query finds; the text of an error where the cluster refuses it. */
async function search(url: string, queries: readonly JsonObject[]): Promise<(string | number[])[]> {
  const found: (string | number[])[] = [];
  for (let at = 0; at < queries.length; at += 50) {
    const rows = queries
      .slice(at, at + 50)
      .flatMap((query) => [{ index }, { size: 2_000, _source: false, ...query }]);
    const { responses } = await post<{ responses: Answer[] }>(url, '/_msearch', rows);
    for (const { hits, error } of responses) {
      found.push(
        hits === undefined
          ? JSON.stringify(error)
          : hits.hits.map(({ _id }) => Number(_id)).sort((a, b) => a - b),
      );
    }
  }
  return found;
}

/** One in `every` of the rules, chosen by chance. */
function sample(rules: readonly SigmaRule[], every: number): SigmaRule[] {
  const next = random(7);
  return rules.filter(() => next() * every < 1);
}

/** Said in advance: words of `message` are not its text, and a query does not join fields as the engine does. */
const mayDiffer = new Set(['words', 'joined', 'long_values']);

describe.runIf(has('opensearch') && has('sigmahq'))('a converted rule', () => {
  let server: BorrowedOpenSearch;
  let events: readonly JsonObject[];
  let asked: readonly SigmaRule[];
  /** What the engine matches: numbers of events by the rule's id. */
  const matched = new Map<string, number[]>();

  beforeAll(async () => {
    const [started, rules] = await Promise.all([borrowOpenSearch(), sigmahqRules()]);
    server = started;
    const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url] }));
    await setupOpenSearch(connection, parseDataClasses('classes: {}\napprovals: []'));
    await connection.close();
    const recorded = regressionEvents();
    const some = sample(rules, 20);
    const made = some.map((rule) => eventFor(rule, 'Microsoft-Windows-Sysmon/Operational', '1'));
    const all = stored([...recorded, ...altered(recorded, 3), ...made, ...lines, ...documents]);
    events = all.map(({ event }) => event);
    const rows = all.flatMap(({ json }, number) => [{ create: { _id: String(number) } }, json]);
    await post(server.url, `/${index}/_bulk?refresh=true`, rows);
    const engine = createSigmaEngine(rules);
    events.forEach((event, number) => {
      for (const { rule } of engine.evaluate(event))
        matched.set(rule.id, [...(matched.get(rule.id) ?? []), number]);
    });
    asked = rules.filter((rule) => matched.has(rule.id) || some.includes(rule));
  }, 300_000);
  afterAll(() => server?.stop());

  /** Rules for Windows are asked of what came from its event log; the engine fails open for what names no source. */
  const expected = ({ id, logsource }: SigmaRule): number[] =>
    (matched.get(id) ?? []).filter(
      (number) => logsource.product !== 'windows' || events[number]?.winlog !== undefined,
    );

  // All of them in `npm run test:long`.
  const oneIn = (usual: number): number => Math.max(1, usual / fuzzRuns(1));
  it.each([
    ['dsl', oneIn(4)],
    ['lucene', oneIn(8)],
  ] as const)(
    'finds as %s what the engine matches, or says in advance why not',
    async (format, every) => {
      const converted = sample(asked, every).flatMap((rule) => {
        const result = convertRule(rule, format);
        // Searching hundreds of fields of one document takes seconds for each such rule.
        const searchesAll = result.warnings.some(({ code }) => code === 'keywords');
        return result.ok && !searchesAll ? [{ rule, ...result }] : [];
      });
      const queries = converted.map(({ rule, query }) =>
        format === 'dsl' ? toDsl(query, rule.id) : { query: { query_string: { query: toLucene(query) } } },
      );
      const found = await search(server.url, queries);
      const differing = converted.filter(
        ({ rule }, i) => JSON.stringify(found[i]) !== JSON.stringify(expected(rule)),
      );
      expect(converted.length).toBeGreaterThan(250 / every);
      expect(found.filter((hits) => hits.length > 0).length).toBeGreaterThan(150 / every);
      expect(
        differing
          .filter(({ warnings }) => !warnings.some(({ code }) => mayDiffer.has(code)))
          .map(({ rule }) => rule.file),
      ).toEqual([]);
    },
    120_000,
  );

  it('finds a keyword in any field and in the message', async () => {
    const text = `title: A\nlogsource: {product: okta}\ndetection:\n  keywords: [ccount.LOCK, nothing]\n  condition: keywords\n`;
    const result = convertRule(await ruleOf(text), 'dsl');
    if (!result.ok) throw new Error('refused');
    const [found] = await search(server.url, [toDsl(result.query, 'x')]);
    expect((found as number[]).map((number) => events[number]?.okta)).toMatchObject([
      { eventType: 'user.account.lock' },
    ]);
  }, 60_000);
});
