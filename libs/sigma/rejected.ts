import type { Rejection } from './errors.ts';
import type { RejectedRule, RuleHeader } from './rule.ts';
import { lineFinder } from './yaml.ts';

/** What is wrong with a document, as it is reported: with the line of the rejection's path. */
export function rejectedRule(
  { file, source, document, id, title }: Pick<RuleHeader, 'file' | 'source' | 'document' | 'id' | 'title'>,
  { code, message, path }: Rejection,
): RejectedRule {
  return { file, line: lineFinder(source, document)(path), id, title, code, reason: message };
}
