import { http } from '@tidewatch/inputs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSink } from '../../libs/inputs/sink.suite.ts';
import { has } from '../require.ts';
import { type BorrowedOpenSearch, borrowOpenSearch } from '../services/borrow_opensearch.ts';
import { type Answer, readScenarios, type Scenario, type Step, send } from './scenario.ts';

const bulk = readScenarios('bulk');
const maxBytes = 1024 * 1024;

describe.each([...bulk, ...readScenarios('shippers')])('$name', (scenario) => {
  test('Tidewatch', async () => {
    const sink = await createSink();
    const config = { port: 0, max_body_bytes: maxBytes, ...scenario.config };
    const input = http.create(http.config.parse(config), sink.context);
    await input.start();
    try {
      await play(scenario, input.listeners()[0]?.address ?? '', ({ answer }) => answer);
      expect(sink.taken).toHaveLength(scenario.taken);
    } finally {
      await input.stop();
      await sink.remove();
    }
  });
});

describe.runIf(has('opensearch'))('OpenSearch answers the same, but where the scenario says why not', () => {
  let service: BorrowedOpenSearch;
  beforeAll(async () => {
    service = await borrowOpenSearch({ settings: { 'http.max_content_length': '1mb' } });
  }, 180_000);
  afterAll(() => service?.stop());

  test.each(bulk)(
    '$name',
    async (scenario) => {
      await play(scenario, service.url, ({ answer, opensearch }) => opensearch ?? answer);
    },
    60_000,
  );
});

test('a step that says how an index answers says why', () => {
  for (const { steps } of bulk)
    for (const { title, differs, opensearch } of steps)
      expect([title, differs === undefined], title).toEqual([title, opensearch === undefined]);
});

async function play(scenario: Scenario, url: string, expected: (step: Step) => Answer): Promise<void> {
  for (const step of scenario.steps) {
    const { status, headers, body, text } = await send(url, step.request).catch((error: unknown) => {
      throw new Error(`${step.title}: no answer`, { cause: error });
    });
    const wanted = expected(step);
    const at = `${step.title}: ${JSON.stringify(body)}`;
    expect(status, at).toBe(wanted.status);
    if (wanted.headers !== undefined) expect(headers, at).toMatchObject(patterns(wanted.headers) as object);
    if (wanted.body !== undefined) expect(body, at).toMatchObject(patterns(wanted.body) as object);
    if (wanted.text !== undefined) expect(text, at).toEqual(patterns(wanted.text));
    if (wanted.exactly !== undefined) expect(body, at).toEqual(patterns(wanted.exactly));
  }
}

/** Text between slashes becomes a pattern. */
function patterns(value: unknown): unknown {
  if (typeof value === 'string')
    return /^\/.+\/$/s.test(value) ? expect.stringMatching(new RegExp(value.slice(1, -1), 's')) : value;
  if (Array.isArray(value)) return value.map(patterns);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, patterns(inner)]));
}
