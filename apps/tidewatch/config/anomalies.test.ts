import { inputs } from '@tidewatch/inputs';
import { validateYaml } from '@tidewatch/plugin';
import { expect, it } from 'vitest';
import { configSchema } from './schema.ts';

const kafka = "stream: { kafka: { brokers: ['192.0.2.1:9092'] } }\n";
const read = (text: string) => {
  const { ok, ...rest } = validateYaml(text, configSchema(inputs));
  return ok ? (rest as { value: { anomalies: object } }).value.anomalies : rest;
};

it('takes a part of the entities where processes share a log, and says what is no part', () => {
  expect(read(`${kafka}anomalies: { part: 2/3 }`)).toMatchObject({ part: { number: 2, of: 3 } });
  expect(read('anomalies: { part: 1/1 }')).toMatchObject({ part: { number: 1, of: 1 } });
  const refused = (message: string) => ({
    issues: [expect.objectContaining({ path: 'anomalies.part', message: expect.stringContaining(message) })],
  });
  expect(read('anomalies: { part: 2/3 }')).toMatchObject(refused('stream.kafka'));
  expect(read(`${kafka}anomalies: { part: 3/2 }`)).toMatchObject(refused('counts from 1'));
  expect(read(`${kafka}anomalies: { part: 0/2 }`)).toMatchObject(refused('is a part such as'));
});
