import type { Rejection } from './errors.ts';
import type { Origin, RejectedRule } from './rule.ts';
import { type Place, placeFinder } from './yaml.ts';

/** What is wrong with a document, as it is reported: with the line of the rejection's path. */
export function rejectedRule(
  { file, source, document, id, title }: Origin & Pick<RejectedRule, 'id' | 'title'>,
  { code, message, path }: Rejection,
): RejectedRule {
  return { file, ...atPlace(placeFinder(source, document)(path)), id, title, code, reason: message };
}

export const atPlace = (place: Place | null): Pick<RejectedRule, 'line' | 'column'> =>
  place ?? { line: null };
