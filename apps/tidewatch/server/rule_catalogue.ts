import type { RuleCatalogue } from '@tidewatch/api';
import type { Runtime } from './runtime.ts';

/** The rules list of the API, from the detector of this process. */
export const createRuleCatalogue = (parts: Runtime['parts']): RuleCatalogue => ({
  list: async () => (parts.detector?.rules() ?? []).map(({ source: _source, ...row }) => row),
  get: async (id) => parts.detector?.rules().find((rule) => rule.id === id),
});
