import type { Json } from '@tidewatch/event';
import { z } from 'zod';
import { coerceScalar } from '../ecs_types.ts';
import { ipAddress, parseLong } from '../setters.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { failed, fieldReader, workWriter } from './work.ts';

const types = ['long', 'double', 'boolean', 'string', 'ip'] as const;
type Type = (typeof types)[number];

/** Gives values a type. */
export const convert = defineProcessor({
  name: 'convert',
  summary:
    'Gives values, or the members of lists, a type. Not needed for fields of ECS: the envelope gives those theirs.',
  config: z
    .record(fieldPath, z.enum(types))
    .describe('Type by field; also hexadecimal `0x1f` for long, and T, F, yes, no, 1, 0 for boolean.')
    .meta({ examples: [{ 'zeek.conn.missed_bytes': 'long' }] }),
  examples: [
    {
      title: 'types',
      config: {
        'a.n': 'long',
        'a.h': 'long',
        'a.d': 'double',
        'a.b': 'boolean',
        'a.f': 'boolean',
        'a.s': 'string',
        'a.l': 'ip',
        'a.x': 'long',
      },
      before: { a: { n: '12', h: '0x1f', d: '1.5e3', b: 'Yes', f: 'F', s: 7, l: ['192.0.2.7', '[::1]'] } },
      after: { a: { n: 12, h: 31, d: 1500, b: true, f: false, s: '7', l: ['192.0.2.7', '::1'] } },
    },
    {
      title: 'what is not of the type stays',
      config: { 'a.n': 'long' },
      before: { a: { n: 'many' } },
      fails: 'wrong_type',
    },
  ],
  create(config) {
    const fields = Object.entries(config).map(([path, type]) => ({
      path,
      type,
      read: fieldReader(path),
      write: workWriter(path),
    }));
    return (work) => {
      let wrong: string | undefined;
      for (const { path, type, read, write } of fields) {
        const value = read(work.fields);
        if (value === undefined || value === null) continue;
        const converted = Array.isArray(value)
          ? value.map((member) => toType(member, type))
          : toType(value, type);
        if (converted === undefined || (Array.isArray(converted) && converted.includes(undefined)))
          wrong ??= `wrong_type: ${path} is no ${type}`;
        else write(work, converted as Json);
      }
      return wrong === undefined ? undefined : failed(wrong);
    };
  },
});

function toType(value: Json, type: Type): Json | undefined {
  if (typeof value === 'object') return undefined;
  switch (type) {
    case 'long':
      return parseLong(String(value).trim());
    case 'double': {
      const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
      return Number.isFinite(number) && typeof value !== 'boolean' ? number : undefined;
    }
    case 'boolean':
      return booleans.get(String(value).trim().toLowerCase());
    case 'string':
      return coerceScalar('keyword', value) as string;
    default:
      return ipAddress(String(value).trim());
  }
}

const booleans = new Map<string, boolean>([
  ...(['true', 't', 'yes', '1', 'on'] as const).map((text) => [text, true] as const),
  ...(['false', 'f', 'no', '0', 'off'] as const).map((text) => [text, false] as const),
]);
