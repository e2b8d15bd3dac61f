import { type KqlNode, parseKql } from '@tidewatch/query';
import { errors } from './errors.ts';

/**
 * The query of a request as its stores take it: nothing for no text.
 *
 * @throws KQL_SYNTAX with `start`, `end` and, where the mistake is a known one, the corrected query as `suggestion`; and
 *   with all its faults, at most ten
 */
export function parseQuery(text: string | undefined): { readonly query?: KqlNode } {
  if (text === undefined || text.trim() === '') return {};
  const parsed = parseKql(text);
  if (parsed.ok) return { query: parsed.ast };
  const { message, ...place } = parsed.error;
  throw errors.KQL_SYNTAX({ why: message, ...place, faults: parsed.faults });
}
