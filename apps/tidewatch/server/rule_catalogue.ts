import type { RuleCatalogue } from '@tidewatch/api';
import type { DetectorOf } from './runtime.ts';

/** The rules list of the API, from the detector of this process. */
export const createRuleCatalogue = (detector: DetectorOf): RuleCatalogue => ({
  list: async () => (detector()?.rules() ?? []).map(({ source: _source, ...row }) => row),
  get: async (id) =>
    detector()
      ?.rules()
      .find((rule) => rule.id === id),
});
