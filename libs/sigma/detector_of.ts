import type { Detector } from '@tidewatch/event';
import type { RuleHeader } from './rule.ts';

/** What a finding says of the rule that found it: the Detection Rule License asks for author and references. */
export const detectorOf = (engine: Detector['engine'], rule: RuleHeader): Detector => ({
  engine,
  id: rule.id,
  title: rule.title,
  level: rule.level,
  ...(rule.description === null ? {} : { description: rule.description }),
  ...(rule.author === null ? {} : { author: rule.author }),
  ...(rule.license === null ? {} : { license: rule.license }),
  references: rule.references,
  tags: rule.tags,
  falsePositives: rule.falsepositives,
});
