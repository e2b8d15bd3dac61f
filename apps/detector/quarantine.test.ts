import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventOf, openSite, recordOf, whoami, whoamiRule } from './detector.suite.ts';
import type { Detector, DetectorDeps } from './detector.ts';
import type { Quarantined } from './quarantine.ts';
import { type RuleBudget, usualBudget } from './rule_budget.ts';

const bombId = '5d2f0a11-6a0e-4f8e-9f60-0f6f0b6a9a02';
/** Thousands of keywords with a wildcard in them, sought in thousands of values: half a minute or so for the event below. */
const keywords = Array.from({ length: 5_000 }, (_, i) => `q${i}x?z`);
const bombRule = (of: readonly string[] = keywords): string => `title: A bomb
id: ${bombId}
logsource:
  product: linux
detection:
  go:
    message: go
  keywords:
${of.map((text) => `    - ${text}`).join('\n')}
  condition: go and keywords
level: low
`;
const values = Array.from({ length: 20_000 }, (_, i) => `q${i % 10}x?q${i % 7}x the value ${i}`);
const bombEvent = (id: string) => eventOf(id, { message: 'go', values });
/** Hundreds of texts with a wildcard in them, sought in each value of a list: some milliseconds for the event below. */
const dearRule = `title: A dear one
id: ${bombId}
logsource:
  product: linux
detection:
  selection:
    message|contains:
${Array.from({ length: 400 }, (_, i) => `      - q${i}x?z`).join('\n')}
  large:
    process.command_line|contains: whoami
  condition: large and selection
level: low
`;
const dearEvent = (id: string) => whoami(id, { message: 'qz'.repeat(1_500) });

let site: Awaited<ReturnType<typeof openSite>>;
let detector: Detector | undefined;
let budget: RuleBudget;
let told: string[];
beforeEach(async () => {
  site = await openSite();
  budget = { ...usualBudget, limitMs: 200 };
  told = [];
  await site.writeRule('whoami.yml', whoamiRule);
});
afterEach(async () => {
  await detector?.close();
  detector = undefined;
  await site.dispose();
});

async function start(more: Partial<DetectorDeps> = {}): Promise<Detector> {
  const onQuarantine = (all: readonly Quarantined[]) => told.push(all.map(({ title }) => title).join());
  detector = await site.startDetector({ budget: () => budget, onQuarantine, ...more });
  return detector;
}
/** On a busy machine a harmless rule may be kept waiting for longer than the limit of these tests. */
const unhurried = () => {
  budget = { ...budget, limitMs: 60_000 };
};
const append = (...events: Parameters<typeof recordOf>[0][]) =>
  site.events.append(events.map((event) => recordOf(event)));
const countOf = async (rule: string) =>
  (await site.alerts())
    .filter(({ detector: { id } }) => id === rule)
    .reduce((sum, { count }) => sum + count, 0);
const whoamiCount = () => countOf('3b0f2a54-8d5e-4a53-9a3c-0a8a6a1f5c01');
const bomb = () => detector?.rules().find(({ id }) => id === bombId);
const sources = () => ({ paths: [site.rules], placeholders: {} });

describe('a rule that does not end', { timeout: 60_000 }, () => {
  beforeEach(() => site.writeRule('bomb.yml', bombRule()));

  it('is quarantined while the rest goes on, and no event is lost', async () => {
    const { drain } = await start();
    await append(whoami('e1'), bombEvent('e2'), whoami('e3'), bombEvent('e4'), whoami('e5'));
    const started = performance.now();
    await drain();
    // Half a minute or so for each of two events without.
    expect(performance.now() - started).toBeLessThan(25_000);
    expect(await whoamiCount()).toBe(3);
    expect(bomb()?.quarantine).toMatchObject({
      cause: 'limit',
      reason: expect.stringMatching(/longer than 0.2 s/),
    });
    expect([told[0], told.at(-1)]).toEqual(['', 'A bomb']);
    expect(await site.metrics.value('detection_rules_quarantined', {})).toBe(1);
    expect(await site.metrics.value('detection_quarantines_total', { cause: 'limit' })).toBe(1);
    expect((await site.events.stats()).groups).toMatchObject([{ group: 'detector', records: 0 }]);
  });

  it('stays in quarantine over reloads and restarts, and not when it has changed', async () => {
    const first = await start();
    await append(bombEvent('e1'));
    await first.drain();
    await site.writeRule('other.yml', whoamiRule.replaceAll('3b0f2a54', '3b0f2a55'));
    await first.reload(sources());
    expect(bomb()?.quarantine?.cause).toBe('limit');
    await first.close();
    const second = await start();
    expect(bomb()?.quarantine?.cause).toBe('limit');
    expect(told.at(-1)).toBe('A bomb');
    const started = performance.now();
    await append(bombEvent('e2'), whoami('e3'));
    await second.drain();
    expect(performance.now() - started).toBeLessThan(25_000);
    await site.writeRule('bomb.yml', bombRule(['the value 7']));
    await second.reload(sources());
    expect(bomb()).not.toHaveProperty('quarantine');
    unhurried();
    await append(bombEvent('e4'));
    await second.drain();
    expect(await countOf(bombId)).toBe(1);
    expect(told.at(-1)).toBe('');
  });

  it('does not keep rules that come meanwhile from coming into force', async () => {
    const { reload, drain } = await start();
    await append(bombEvent('e1'), whoami('e2'));
    await expect.poll(() => bomb()?.quarantine?.cause, { timeout: 10_000, interval: 20 }).toBe('limit');
    await site.writeRule('other.yml', whoamiRule.replaceAll('3b0f2a54', '3b0f2a55'));
    await site.writeRule('bomb.yml', bombRule(['the value 7']));
    await reload(sources());
    unhurried();
    await drain();
    expect(await countOf('3b0f2a55-8d5e-4a53-9a3c-0a8a6a1f5c01')).toBe(1);
    expect(await countOf(bombId)).toBe(1);
    expect(bomb()).not.toHaveProperty('quarantine');
  });

  it('is tried again when it is released, and says of a correlation what it lacks', async () => {
    await site.writeRule(
      'many.yml',
      `title: Many bombs\nid: 7d2a3cf0-5d25-4a55-8c0e-5a3c1f1e9b02\ncorrelation:\n  type: event_count\n  rules: [${bombId}]\n  group-by: [host.name]\n  timespan: 5m\n  condition: { gte: 3 }\n`,
    );
    const { drain, release, rules } = await start();
    expect(release(bombId)).toBe(false);
    await append(bombEvent('e1'));
    await drain();
    const many = () => rules().find(({ title }) => title === 'Many bombs');
    expect(many()?.hampered).toMatch(/“A bomb”, which is in quarantine/);
    expect(release(bombId)).toBe(true);
    expect(bomb()).not.toHaveProperty('quarantine');
    expect(many()).not.toHaveProperty('hampered');
    await append(bombEvent('e2'));
    await drain();
    expect(bomb()?.quarantine?.cause).toBe('limit');
  });
});

describe('a rule that costs much of the time', { timeout: 60_000 }, () => {
  beforeEach(() => site.writeRule('dear.yml', dearRule));
  const batch = (times: number, name: string) =>
    Array.from({ length: times }, (_, i) => dearEvent(`${name}${i}`));

  it('is flagged, and quarantined when that goes on', { retry: 3 }, async () => {
    budget = { ...usualBudget, windowMs: 1_500, limitMs: 60_000 };
    const { drain, rules } = await start();
    let events = 0;
    let flagged = false;
    // Oftener than the rule is judged: on a busy machine it is quarantined before the events are through.
    const looking = setInterval(() => {
      flagged ||= bomb()?.cost?.flagged === true && bomb()?.quarantine === undefined;
    }, 20);
    while (bomb()?.quarantine === undefined && events < 20_000) {
      await append(...batch(50, `e${events}-`));
      events += 50;
      await drain();
    }
    clearInterval(looking);
    expect(flagged).toBe(true);
    expect(bomb()?.quarantine).toMatchObject({
      cause: 'cost',
      reason: expect.stringMatching(/took \d+ % .*50 %/),
    });
    expect(rules().filter(({ quarantine }) => quarantine !== undefined)).toHaveLength(1);
    await append(whoami('last'));
    await drain();
    expect(await whoamiCount()).toBe(events + 1);
    expect(await site.metrics.value('detection_evaluation_seconds_total', {})).toBeGreaterThan(1);
  });

  it('is left alone where nothing else waits for it: its share is of little', async () => {
    budget = { ...usualBudget, windowMs: 60, leastMicroseconds: 1e9, limitMs: 60_000 };
    const { drain } = await start();
    for (let i = 0; i < 5; i++) {
      await append(...batch(40, `e${i}-`));
      await drain();
    }
    expect(bomb()?.cost?.evaluations).toBe(200);
    expect(bomb()).toMatchObject({ cost: { flagged: false } });
    expect(bomb()).not.toHaveProperty('quarantine');
  });
});
