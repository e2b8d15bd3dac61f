import type { RuleDetail } from '@tidewatch/api/schemas';
import { askServer } from '../server/ask.ts';

/**
 * Has the server on a data folder run a rule again that is in quarantine.
 *
 * @throws NOT_RUNNING; SERVER_REFUSED where there is no such rule, or it is not in quarantine
 */
export async function releaseRule(data: string, id: string): Promise<RuleDetail> {
  const ask = await askServer(data);
  return ask<RuleDetail>('POST', `/rules/${encodeURIComponent(id)}/release`);
}
