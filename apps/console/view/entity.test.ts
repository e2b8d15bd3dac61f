import { expect, it } from 'vitest';
import { entityHref, riskSentence, riskWord } from './entity.ts';

it.each([
  ['host.name', 'web 1', '/entity?host.name=web%201'],
  ['destination.ip', '192.0.2.1', '/entity?source.ip=192.0.2.1'],
  ['process.name', 'sh', undefined],
  ['user.name', '', undefined],
  ['user.name', ['alice'], undefined],
])('leads from %s to its page', (field, value, href) => expect(entityHref(field, value)).toBe(href));

it('says how the score came about', () => {
  const risk = { points: 50, score: 39.3, halfLifeMs: 86_400_000, levelPoints: { low: 5, high: 50 } };
  expect(riskSentence({ ...risk, curve: [], parts: [], alerts: 0, counted: 0 } as never)).toBe(
    'An alert counts by its level (high 50, low 5) and half as much after every 24 hours; closed as harmless it counts nothing. 50.0 points make 39 of 100, by',
  );
  expect([0, 5, 30, 60, 90].map(riskWord)).toEqual(['none', 'low', 'raised', 'high', 'very high']);
});
