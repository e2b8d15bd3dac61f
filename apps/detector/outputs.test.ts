import type { Findings } from '@tidewatch/event';
import { alertId, matchId } from '@tidewatch/event/ids';
import type { Stream } from '@tidewatch/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, eventOf, hourMs, moment, openSite, recordOf, whoami, whoamiRule } from './detector.suite.ts';
import type { Detector } from './detector.ts';
import { createOutputs, type Output } from './outputs.ts';
import type { RuleInfo } from './protocol.ts';

const ruleId = '3b0f2a54-8d5e-4a53-9a3c-0a8a6a1f5c01';
const quietRule = whoamiRule.replace(ruleId, 'other').replace('level: high', 'level: low');
let site: Awaited<ReturnType<typeof openSite>>;
let detector: Detector | undefined;
let stream: Stream;
beforeEach(async () => {
  site = await openSite();
  stream = await site.open('outputs.soar');
});
afterEach(async () => {
  await detector?.close();
  detector = undefined;
  await site.dispose();
});

async function start(outputs: readonly Output[]): Promise<void> {
  detector = await site.startDetector({ outputs });
}
async function take(...events: Parameters<typeof recordOf>[0][]): Promise<void> {
  await site.events.append(events.map((event) => recordOf(event)));
  await detector?.drain();
}
const written = async () => {
  const records = await stream.read({ partition: 0, offset: 0 }, 100);
  return records.map(({ key, headers, value }) => ({
    key,
    id: headers.id,
    document: JSON.parse(Buffer.from(value).toString()),
  }));
};
const high = { levels: ['high'] } as const;

describe('outputs', () => {
  it('has the event in ECS with the rule beside it, of selected rules only', async () => {
    await site.writeRule('quiet.yml', quietRule);
    await site.writeRule(
      'whoami.yml',
      `${whoamiRule}license: MIT\nreferences: [https://example.org/why]\ntags: [attack.t1033, attack.t1059.004]\n`,
    );
    await start([{ name: 'soar', stream, select: high }]);
    await take(whoami('e1'), eventOf('nothing'));
    const id = matchId(ruleId, 'e1');
    const key = [{ field: 'host.name', value: 'web01' }];
    const alert = alertId(ruleId, key, Math.floor(moment / hourMs) * hourMs);
    const { event, tidewatch, ...fields } = whoami('e1');
    const found = await written();
    expect(found).toEqual([
      {
        key: alert,
        id,
        document: {
          ...fields,
          event: { ...event, kind: 'alert' },
          rule: {
            id: ruleId,
            name: 'Somebody asks who they are',
            author: ['Tidewatch'],
            license: 'MIT',
            reference: ['https://example.org/why'],
          },
          threat: {
            framework: 'MITRE ATT&CK',
            technique: { id: ['T1033', 'T1059'], subtechnique: { id: ['T1059.004'] } },
          },
          tidewatch: {
            ...tidewatch,
            match: expect.objectContaining({
              id,
              alert,
              state: 'found',
              level: 'high',
              entity: key,
              explanation: expect.objectContaining({ condition: 'selection' }),
            }),
          },
        },
      },
    ]);
    expect((await site.alerts()).map((each) => each.id)).toContain(alert);
    expect(await site.metrics.value('detection_output_records_total', { stream: 'soar' })).toBe(1);
  });

  it('takes rules that name it', async () => {
    await site.writeRule('whoami.yml', whoamiRule);
    await site.writeRule('quiet.yml', `${quietRule}tidewatch: { output: soar }\n`);
    await start([{ name: 'soar', stream }]);
    await take(whoami('e1'));
    expect((await written()).map(({ document }) => document.rule.id)).toEqual(['other']);
  });

  it('writes again, under the same id, what a stream did not take', async () => {
    await site.writeRule('whoami.yml', whoamiRule);
    const other = await site.open('outputs.other');
    let failures = 1;
    const failing: Stream = {
      ...other,
      append: (records) => (failures-- > 0 ? Promise.reject(new Error('full')) : other.append(records)),
    };
    await start([
      { name: 'soar', stream, select: high },
      { name: 'other', stream: failing, select: high },
    ]);
    await take(whoami('e1'));
    const id = matchId(ruleId, 'e1');
    expect((await written()).map((each) => each.id)).toEqual([id, id]);
    expect((await other.read({ partition: 0, offset: 0 }, 10)).map(({ headers }) => headers.id)).toEqual([
      id,
    ]);
    expect((await site.alerts()).map(({ count }) => count)).toEqual([1]);
  });

  it('has what correlations find, once', async () => {
    await site.writeRule('whoami.yml', whoamiRule);
    await site.writeRule(
      'often.yml',
      `title: Often\nid: often\nlevel: high\ncorrelation: {type: event_count, rules: [${ruleId}], group-by: [host.name], timespan: 5m, condition: {gte: 3}}\n`,
    );
    await start([{ name: 'soar', stream, select: high }]);
    const event = (i: number) =>
      whoami(`e${i}`, { '@timestamp': at(moment + i * 1_000) }, moment + i * 1_000);
    await take(event(0), event(1), event(2));
    await take(event(3), event(4));
    const [alert] = await site.alerts();
    const found = await written();
    expect(found.map(({ key, document }) => [key, document.rule.id])).toEqual([[alert?.id, 'often']]);
    expect(found[0]?.document.tidewatch.match.explanation).toMatchObject({ type: 'event_count' });
  });

  const info = (more: Partial<RuleInfo>): RuleInfo => ({
    id: 'often',
    title: 'Often',
    level: 'high',
    state: 'loaded',
    file: 'often.yml',
    logsource: 'correlation/event_count',
    tags: [],
    source: '',
    ...more,
  });

  it('says that a finding was withdrawn, and nothing of what nobody did', async () => {
    const outputs = createOutputs({
      outputs: [{ name: 'soar', stream, select: high }],
      synthetic: new Set(['demonstration']),
      metrics: site.metrics,
    });
    expect(outputs.follow([info({ outputs: ['soar', 'sor'] })])).toMatchObject([
      { level: 'warn', text: expect.stringContaining('"sor"') },
    ]);
    const findings = (dataClass: string): Findings => ({
      id: 'alert',
      detector: { engine: 'correlation', id: 'often', title: 'Often', level: 'high' },
      key: [],
      dataClass,
      bucket: { start: moment, end: moment + hourMs },
      count: 0,
      matches: [],
      settled: true,
    });
    await outputs.writeFindings([findings('demonstration'), findings('infrastructure')]);
    await outputs.writeFindings([findings('infrastructure')]);
    expect(await written()).toMatchObject([
      { key: 'alert', id: 'alert.withdrawn', document: { tidewatch: { match: { state: 'withdrawn' } } } },
    ]);
  });
});
