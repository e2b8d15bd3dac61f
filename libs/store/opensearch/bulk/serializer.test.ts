import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AnswerSerializer } from './serializer.ts';

const serializer = new AnswerSerializer();
const item = fc.constantFrom(
  '{"create":{"status":201}}',
  '{"create":{"status":409}}',
  '{"index":{"status":201}}',
);

it('reads what JSON.parse reads', () => {
  const answers = fc
    .tuple(
      fc.boolean(),
      fc.oneof(
        fc.array(item, { maxLength: 5 }),
        fc.nat(50).map((count) => Array<string>(count).fill('{"create":{"status":201}}')),
      ),
    )
    .map(([errors, items]) => `{"errors":${errors},"items":[${items.join(',')}]}`);
  fc.assert(
    fc.property(answers, (json) => {
      expect(serializer.deserialize(json)).toEqual(JSON.parse(json));
    }),
  );
});

it('refuses what is no JSON', () => {
  const whole = '{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]}';
  for (let length = 1; length < whole.length; length++)
    expect(() => serializer.deserialize(whole.slice(0, length))).toThrow();
  expect(() => serializer.deserialize(`${whole.slice(0, -2)}${whole.slice(-27)}`)).toThrow();
});
