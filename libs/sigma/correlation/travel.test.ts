import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  correlation,
  explained,
  finalFindings,
  fired,
  type Happened,
  plansOf,
  second,
  start,
} from './correlation.fixture.ts';
import { geoPointOf, kilometres } from './geo_point.ts';

const oslo = '59.91,10.75';
const bergen = '60.39,5.32';
const athens = '37.98,23.73';
const sydney = '-33.87,151.21';

describe('a place', () => {
  it.each([
    ['an object', ['{"lat":59.91,"lon":10.75}'], oslo],
    ['an object of texts', ['{"lon":"10.75","lat":"59.91"}'], oslo],
    ['text', ['59.91, 10.75'], oslo],
    ['lon and lat', ['10.75', '59.91'], oslo],
    ['lon and lat that are equal', ['10', '10'], '10.00,10.00'],
    ['GeoJSON', ['{"type":"Point","coordinates":[10.75,59.91]}'], oslo],
    ['well-known text', ['POINT (10.75 59.91)'], oslo],
    ['more decimals than matter', ['59.91273,10.74609'], oslo],
    ['almost zero', ['-0.001,1'], '0.00,1.00'],
    ['what is written where none is known', ['0,0'], null],
    ['a latitude that there is not', ['91,10'], null],
    ['a longitude that there is not', ['10,181'], null],
    ['a name', ['Oslo'], null],
    ['one number', ['59.91'], null],
    ['three', ['1', '2', '3'], null],
    ['half an object', ['{"lat":59.91'], null],
    ['an object of something else', ['{"x":1}'], null],
    ['nothing', [], null],
  ])('in the form of %s', (_, texts, place) => {
    expect(geoPointOf(texts)).toBe(place);
  });

  it.each([
    [oslo, bergen, 305],
    [oslo, athens, 2_606],
    [oslo, sydney, 15_961],
    ['0.00,179.99', '0.00,-179.99', 2],
    ['90.00,0.00', '-90.00,77.00', 20_015],
  ])('%s is so far from %s', (one, other, km) => {
    expect(Math.abs(kilometres(one, other) - km)).toBeLessThan(km * 0.005 + 1);
    expect(kilometres(other, one)).toBeCloseTo(kilometres(one, other), 6);
  });
});

const document = (travel: unknown, section: object = {}): string =>
  correlation(
    {
      type: 'value_count',
      rules: ['a'],
      'group-by': ['user'],
      timespan: '24h',
      condition: { gte: 2, field: 'place' },
      ...section,
    },
    { tidewatch: { travel } },
  );
const seen = (...list: [minute: number, place: string][]): Happened[] =>
  list.map(([minute, place], i) => ({
    at: minute * 60,
    rule: 'a',
    fields: { user: 'ann', place },
    event: `${i}`,
  }));

describe('travel', () => {
  const { plans } = plansOf(['a'], document({}));

  it.each([
    ['a flight', seen([0, oslo], [240, athens]), {}],
    ['faster than any', seen([0, oslo], [120, athens]), { ann: [120 * 60] }],
    ['at the same time', seen([0, oslo], [0, athens]), { ann: [0] }],
    ['not far enough to tell', seen([0, oslo], [1, '61.00,10.75']), {}],
    [
      'by way of somewhere else',
      seen([0, oslo], [7, '61.00,10.75'], [15, '62.00,10.75']),
      { ann: [15 * 60] },
    ],
    ['from where somebody was seen last', seen([0, athens], [240, oslo], [300, athens]), { ann: [300 * 60] }],
    ['from where nobody knows', seen([0, oslo], [10, 'nowhere'], [20, 'nowhere']), {}],
    [
      'again when it is ready',
      seen([0, oslo], [30, athens], [80, oslo], [95, athens]),
      { ann: [1_800, 95 * 60] },
    ],
  ])('%s', (_, happened, expected) => {
    const times = finalFindings(plans, happened).flatMap((each) => Object.entries(fired([each])));
    const all: Record<string, number[]> = {};
    for (const [who, at] of times) all[who] = [...(all[who] ?? []), ...at].sort((a, b) => a - b);
    expect(all).toEqual(expected);
  });

  it('says from where to where, and when', () => {
    const explanation = explained(finalFindings(plans, seen([0, bergen], [60, oslo], [90, athens])));
    expect(explanation).toMatchObject({
      condition: '> 900 km/h over > 200 km',
      events: 2,
      journey: {
        from: { lat: 59.91, lon: 10.75, time: start + 3_600 * second },
        to: { lat: 37.98, lon: 23.73, time: start + 5_400 * second },
      },
    });
    expect(explanation.journey?.km).toBeCloseTo(2_608, -1);
    expect(explanation.value).toBeCloseTo((explanation.journey?.km ?? 0) * 2);
    expect(explanation.sample.map(({ time }) => time)).toEqual([
      start + 3_600 * second,
      start + 5_400 * second,
    ]);
  });

  it.each([
    ['another speed', document({ speed: '5000 km/h' }), {}],
    ['another distance', document({ distance: '3000 km' }), {}],
    ['a speed that is too high still', document({ speed: '1500.5 km/h' }), { ann: [5_400] }],
  ])('takes %s', (_, yaml, expected) => {
    expect(fired(finalFindings(plansOf(['a'], yaml).plans, seen([0, oslo], [90, athens])))).toEqual(expected);
  });

  it.each([
    ['no unit', { speed: 900 }, {}, /travel.speed.*`900 km\/h`/],
    ['another unit', { speed: '500 mph' }, {}, /travel.speed/],
    ['no distance', { distance: '0 km' }, {}, /travel.distance.*above zero/],
    ['another key', { sped: '900 km/h' }, {}, /travel.sped.*did you mean `speed`/],
    ['another count', {}, { condition: { gte: 3, field: 'place' } }, /travel.*gte: 2/],
    ['another type', {}, { type: 'event_count', condition: { gte: 2 } }, /travel.*value_count/],
  ])('with %s is refused', (_, travel, section, reason) => {
    const { rejected } = plansOf(['a'], document(travel, section));
    expect(rejected.map(({ reason: why }) => why)).toEqual([expect.stringMatching(reason)]);
  });

  it('finds in any order what comparing every two events finds', () => {
    const places = [oslo, bergen, athens, sydney, '59.33,18.07', '61.00,10.75'];
    // They come later than they happened by less than the lateness.
    const event = fc.record({
      minute: fc.nat(300),
      place: fc.constantFrom(...places, 'nowhere'),
      delay: fc.nat(4),
    });
    let found = 0;
    const { plans: two } = plansOf(['a'], document({}, { timespan: '2h' }));
    const events = fc.array(event, { maxLength: 25 });
    const property = fc.property(events, fc.integer({ min: 1, max: 9 }), (list, batch) => {
      const arrived = [...list].sort((x, y) => x.minute + x.delay - (y.minute + y.delay));
      const happened = seen(...arrived.map(({ minute, place }): [number, string] => [minute, place]));
      const expected = bruteForce(happened, 2 * 3_600);
      found += expected.length;
      const times = finalFindings(two, happened, batch).flatMap((each) => fired([each]).ann ?? []);
      expect(times.sort((x, y) => x - y)).toEqual(expected);
    });
    fc.assert(property, { numRuns: 150 });
    expect(found).toBeGreaterThan(50);
  });
});

/** Seconds at which an event and one not after it are too far apart, but for an hour after each. */
function bruteForce(happened: readonly Happened[], timespan: number): number[] {
  const placed = happened.filter(({ fields }) => fields?.place !== 'nowhere');
  const times = [...new Set(placed.map(({ at }) => at))].sort((a, b) => a - b);
  const found: number[] = [];
  for (const at of times) {
    const last = found.at(-1);
    if (last !== undefined && at <= last + 3_600) continue;
    const too = placed
      .filter((one) => one.at === at)
      .some((to) =>
        placed.some((from) => {
          const km = kilometres(from.fields?.place as string, to.fields?.place as string);
          const hours = (at - from.at) / 3_600;
          return hours >= 0 && at - from.at <= timespan && km > 200 && km > 900 * hours;
        }),
      );
    if (too) found.push(at);
  }
  return found;
}
