import { viewPages } from '@tidewatch/control';
import { z } from 'zod';

const page = z.enum(viewPages);
const name = z.string().trim().min(1).max(100);
const state = z.string().max(8_192).describe('As the page’s URL has it after the `?`');
const shared = z.boolean().describe('Everybody finds it; only its owner changes it');

export const view = z
  .object({
    id: z.string(),
    owner: z.string(),
    page,
    name: z.string(),
    state: z.string(),
    shared: z.boolean(),
    isDefault: z.boolean().describe('The page opens with it, for whoever asked'),
    updatedAt: z.number().describe('Epoch milliseconds'),
  })
  .meta({ id: 'View' });
export const viewList = z.object({ views: z.array(view) });

export const viewBody = z.strictObject({ page, name, state, shared: shared.default(false) });
export const viewChangeBody = z.strictObject({
  name: name.exactOptional(),
  state: state.exactOptional(),
  shared: shared.exactOptional(),
});
export const defaultBody = z.strictObject({ page, view: z.string().max(64).nullable() });

const searchPage = z.enum([...viewPages, 'cases', 'dead-letters']);
export const searchesQuery = z.object({ page: searchPage });
export const searches = z.object({ searches: z.array(z.string()).describe('KQL, newest first') });
export const searchBody = z.strictObject({ page: searchPage, q: z.string().trim().min(1).max(4096) });
