import { inputs } from '@tidewatch/inputs';
import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The JSON Schema of `tidewatch.yml` as its author writes it, before defaults. */
export const configJsonSchema = (): unknown => z.toJSONSchema(configSchema(inputs), { io: 'input' });
