import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from './policy.ts';
import { createReplacer, valuesIn } from './replace.ts';

const policy = compilePolicy({ pseudonymise: ['user.name', 'source.ip'] });
const replace = createReplacer();

/** Puts `[p of VALUE]` in the place of values. */
function replaced(fields: JsonObject): JsonObject {
  const values = valuesIn(fields, policy, () => false);
  const { truncated } = replace(fields, policy, values, (value) => `[p of ${value.trim().toLowerCase()}]`);
  return { ...fields, truncated };
}

describe('values of an event', () => {
  it('are found in the spellings of other writings, under the one pseudonym', () => {
    const name = 'Ren\u00e9 Q';
    const { message } = replaced({
      user: { name: [name, 'CORP\\alice', ' carol '] },
      message: `q=a%3Dalice%26by%20Ren%C3%A9+Q then ${name.normalize('NFD')}, ren%c3%a9%20q, "ren\\u00e9 q\\ncarol"`,
    });
    const p = '[p of ren\u00e9 q]';
    expect(message).toBe(`q=a%3D[p of alice]%26by%20${p} then ${p}, ${p}, "${p}\\n[p of carol]"`);
  });

  it('are found in names of members, outermost ones among them', () => {
    expect(replaced({ user: { name: 'alice' }, alice: 1, labels: { alice: 2 }, aws: { alice: 3 } })).toEqual({
      user: { name: '[p of alice]' },
      '[p of alice]': 1,
      labels: { '[p of alice]': 2 },
      aws: { alice: 3 },
      truncated: false,
    });
  });

  it('are withheld, with all texts, where there are more than people write', () => {
    const found = replaced({
      user: { name: Array.from({ length: 3_000 }, (_, i) => `member-${i}`) },
      source: { ip: ['192.0.2.7'] },
      message: 'added member-2999',
      shop: { 'by member-2999': 1, 'member-7': 2 },
    });
    expect(found).toMatchObject({ message: '[withheld]', source: { ip: ['3fff::'] }, truncated: true });
    expect(found['[withheld]']).toEqual({ '[withheld]': [1, 2] });
    expect((found.user as { name: string[] }).name.slice(1_999, 2_001)).toEqual([
      '[p of member-1999]',
      '[withheld]',
    ]);
  });
});
