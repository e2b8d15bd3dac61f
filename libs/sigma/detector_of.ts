import type { Detector } from '@tidewatch/event';
import { creditOf } from './credit.ts';
import type { RuleHeader } from './rule.ts';

/** What a finding says of the rule that found it. */
export const detectorOf = (engine: Detector['engine'], rule: RuleHeader): Detector => ({
  engine,
  id: rule.id,
  title: rule.title,
  level: rule.level,
  ...(rule.description === null ? {} : { description: rule.description }),
  ...creditOf(rule),
  tags: rule.tags,
  falsePositives: rule.falsepositives,
});
