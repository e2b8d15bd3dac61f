import { configSchemaOf } from '@tidewatch/plugin';
import { expect, test } from 'vitest';
import { inputs } from './index.ts';

interface Field {
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

test.each(inputs.map((input) => [input.name, input] as const))(
  '%s: every field is described, with an example',
  (_, input) => {
    const { properties } = configSchemaOf(input) as { properties: Record<string, Field> };
    for (const [name, { description, examples }] of Object.entries(properties)) {
      expect(description, name).toMatch(/\.$/);
      expect(examples?.length, name).toBeGreaterThan(0);
      for (const example of examples ?? [])
        expect(
          input.config
            .safeParse({ paths: ['/x'], [name]: example })
            .error?.issues.filter(({ path }) => path[0] === name) ?? [],
        ).toEqual([]);
    }
    expect(input.kind).toBe('input');
    expect(input.config.safeParse({ paths: ['/x'], prot: 1 }).success).toBe(false);
  },
);
