import type { SigmaRule } from '@tidewatch/sigma';
import { EventReader } from '../../../libs/sigma/event/event_reader.ts';
import { createLogSourceMatcher } from '../../../libs/sigma/logsources.ts';
import { outlineOf } from '../../../libs/sigma/outline.ts';
import { createRouter } from '../../../libs/sigma/router.ts';
import { createRuleIndex } from '../../../libs/sigma/rule_index.ts';
import { windowsTable } from '../../../libs/sigma/windows_sources.ts';

/** Counts the rules that the engine would run on an event, from the same parts: the engine itself keeps no count. */
export function createCandidateCounter(rules: readonly SigmaRule[]): (event: Uint8Array) => number {
  const matcher = createLogSourceMatcher(windowsTable);
  const fields = rules.flatMap(({ detection }) => outlineOf(detection).fields);
  const reader = new EventReader(new Set(fields), matcher);
  const index = createRuleIndex(rules, reader);
  const router = createRouter(rules, index, matcher);
  return (event) => {
    reader.read(event);
    const { rules: wanted, always, reach } = router(reader.facts);
    const found = new Set(always);
    index.candidates(reader, reach, (rule) => {
      if (wanted[rule] === 1) found.add(rule);
    });
    return found.size;
  };
}
