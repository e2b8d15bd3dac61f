import { describe, expect, it } from 'vitest';
import {
  config,
  correlation,
  explained,
  finalFindings,
  fired,
  type Happened,
  many,
  minute,
  plansOf,
  second,
  start,
  stretch,
} from './correlation.fixture.ts';
import { type CorrelatorPart, createCorrelator } from './correlator.ts';

const document = (compare: unknown, section: object = {}, more: object = {}): string =>
  correlation(
    {
      type: 'value_sum',
      rules: ['a'],
      'group-by': ['ip'],
      timespan: '1m',
      condition: { gte: 10, field: 'bytes' },
      ...section,
    },
    { tidewatch: { compare, ...more } },
  );
const usual = { with: 'mean of the last 3', ratio: { gte: 5 } };

/** Bytes of one address, a number a minute; 0 for a minute with nothing. */
const sent = (...minutes: number[]): Happened[] =>
  minutes.flatMap((bytes, i) =>
    bytes === 0 ? [] : [{ at: i * 60 + 7, rule: 'a', fields: { ip: '1', bytes: String(bytes) } }],
  );

describe('a comparison', () => {
  it.each([
    [
      'in other words',
      { ...usual, with: 'the last 24' },
      /with.*`mean of the last 24` or `same window 7d ago`/,
    ],
    ['without saying with what', { ratio: { gte: 5 } }, /compare.with/],
    ['with no window', { ...usual, with: 'mean of the last 0' }, /compare.with/],
    ['off the windows', { ...usual, with: 'same window 90s ago' }, /compare.with.*multiple of the timespan/],
    ['too far back', { ...usual, with: 'same window 7d ago' }, /10080 windows; at most 1008/],
    ['that asks for nothing', { with: usual.with }, /compare`.*ratio: { gte: 5 }/],
    ['that asks for nothing of a ratio', { ...usual, ratio: {} }, /compare.ratio/],
    ['by another operator', { ...usual, ratio: { neq: 5 } }, /compare.ratio.neq.*`gt`, `gte`, `lt`, `lte`/],
    ['by no number', { ...usual, ratio: { gte: 'five' } }, /compare.ratio.gte.*number/],
    ['with more windows than there are', { ...usual, least: 4 }, /compare.least.*0 to 3/],
    ['with an unknown key', { ...usual, minimum: 1 }, /compare.minimum.*`with`, `ratio`/],
    ['with a key nearly right', { ...usual, lest: 1 }, /compare.lest.*did you mean `least`/],
    ['that is no map', 'mean of the last 3', /compare.*a map of with/],
  ])('%s is refused', (_, compare, reason) => {
    const { rejected } = plansOf(['a'], document(compare));
    expect(rejected.map(({ reason: why }) => why)).toEqual([expect.stringMatching(reason)]);
  });

  it.each([
    ['of another type', document(usual, { type: 'value_median' }), /event_count, value_count, value_sum/],
    ['beside travel', document(usual, {}, { travel: {} }), /tidewatch.travel.*only one/],
    [
      'under another name',
      document(usual, {}, { compares: {} }),
      /tidewatch.compares.*did you mean `compare`/,
    ],
    [
      'of a rule on single events',
      JSON.stringify({
        title: 'x',
        logsource: { product: 'x' },
        detection: { s: { a: 1 }, condition: 's' },
        tidewatch: { compare: usual },
      }),
      /tidewatch.compare.*there is `suppress`/,
    ],
  ])('%s is refused', (_, yaml, reason) => {
    expect(plansOf(['a'], yaml).rejected.map(({ reason: why }) => why)).toEqual([
      expect.stringMatching(reason),
    ]);
  });

  it('is refused with its line', () => {
    const yaml = `title: Spike
tidewatch:
  compare:
    with: mean of the last 24
    ratio:
      most: 5
correlation: { type: event_count, rules: [a], timespan: 1h, condition: { gte: 10 } }
`;
    const [rejected] = plansOf([], yaml).rejected;
    expect(rejected?.line).toBe(yaml.split('\n').indexOf('      most: 5') + 2);
  });

  it.each([
    ['five times as much', usual, sent(2, 2, 2, 10), { 1: [187] }],
    ['less than that', usual, sent(2, 2, 3, 11), {}],
    ['less than the floor that Sigma knows', usual, sent(1, 1, 1, 9), {}],
    ['fewer minutes than must have been seen', usual, sent(2, 2, 10), {}],
    ['so few as were asked for', { ...usual, least: 2 }, sent(2, 2, 10), { 1: [127] }],
    ['minutes with nothing count as zero', usual, sent(6, 0, 0, 10), { 1: [187] }],
    ['but not those before the first', usual, sent(0, 0, 6, 10), {}],
    ['nothing before, where nothing need be', { ...usual, least: 0 }, sent(10), { 1: [7] }],
    ['after three empty minutes it is new', usual, sent(2, 2, 2, 0, 0, 0, 10), {}],
    ['each minute by itself', usual, sent(2, 2, 2, 20, 2, 90), { 1: [187, 307] }],
    [
      'a minute of some minutes ago',
      { with: 'same window 2m ago', ratio: { gte: 5 } },
      sent(2, 30, 10, 30),
      { 1: [127] },
    ],
    [
      'more by so much',
      { with: 'mean of the last 2', difference: { gt: 10 }, least: 1 },
      sent(5, 15, 21),
      { 1: [127] },
    ],
    [
      'less than usual, also nothing, for as long as something is known',
      { ...usual, ratio: { lte: 0.5 } },
      sent(4, 4, 4),
      { 1: [239.999, 299.999, 359.999] },
      { gte: 0, field: 'bytes' },
    ],
  ])('%s: %j', (_, compare, happened, expected, condition?: object) => {
    const { plans, rejected } = plansOf(
      ['a'],
      document(compare, condition === undefined ? {} : { condition }),
    );
    expect(rejected).toEqual([]);
    expect(fired(finalFindings(plans, happened))).toEqual(expected);
  });

  it('counts more events than are kept of any other correlation', () => {
    const { plans, rejected } = plansOf(
      ['a'],
      document(usual, { type: 'event_count', condition: { gte: 20_000 } }),
    );
    expect(rejected).toEqual([]);
    const happened = [...many(3, 'a', 60), ...many(30_000, 'a', 0.001, 185)];
    expect(explained(finalFindings(plans, happened, 10_000))).toMatchObject({
      events: 30_000,
      value: 30_000,
    });
  });
});

describe('what is said of a comparison', () => {
  const { plans } = plansOf(['a'], document(usual));

  it('is what came in the whole window, beside what it was compared with', () => {
    const more = many(40, 'a', 1, 195, { ip: '1', bytes: '1' });
    const findings = finalFindings(plans, [...sent(2, 2, 2, 10), ...more], 7);
    const explanation = explained(findings);
    expect(explanation).toMatchObject({
      condition: '>= 10 and >= 5 times the mean of the last 3',
      from: start + 187 * second,
      to: start + 234 * second,
      events: 41,
      value: 50,
      comparison: { with: 'mean of the last 3', baseline: 2, seen: 3, window: start + 3 * minute },
    });
    expect(explanation.sample.map(({ time }) => (time - start) / second)).toEqual([
      187, 195, 196, 197, 198, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234,
    ]);
  });

  it('comes at once, follows what comes late, and is taken back where the reason goes', () => {
    const correlator = createCorrelator(config, plans);
    const take = (...happened: Happened[]) => correlator.take(stretch(plans, happened)).findings;
    expect(take(...sent(2, 2, 2))).toEqual([]);
    expect(take(...sent(0, 0, 0, 12))).toMatchObject([{ count: 1, settled: false }]);
    const late = (bytes: string) => take({ at: 61, rule: 'a', fields: { ip: '1', bytes }, event: bytes });
    expect(explained(late('1')).comparison?.baseline).toBeCloseTo(7 / 3);
    expect(late('9')).toMatchObject([{ count: 0, settled: false }]);
  });

  it('needs a number for each earlier window, and no event', () => {
    const correlator = createCorrelator(config, plans);
    for (let hour = 0; hour < 10; hour++) {
      const happened = many(2_000, 'a', 0.03, hour * 60, { ip: '1', bytes: '1' });
      correlator.take(stretch(plans, happened));
    }
    correlator.take(stretch(plans, [{ at: 10 * 60 + 301, rule: 'nothing' }]));
    expect(correlator.size()).toEqual({ events: 3, groups: 1 });
    const saved = JSON.stringify([...correlator.parts()]);
    expect(saved.length).toBeLessThan(800);
    const again = createCorrelator(config, plans, JSON.parse(saved) as CorrelatorPart[]);
    const spike = { at: 10 * 60 + 310, rule: 'a', fields: { ip: '1', bytes: '1' } };
    expect(again.take(stretch(plans, [spike])).findings).toEqual([]);
  });
});
