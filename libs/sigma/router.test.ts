import { describe, expect, it } from 'vitest';
import { EventReader } from './event/event_reader.ts';
import { createLogSourceMatcher } from './logsources.ts';
import { outlineOf } from './outline.ts';
import { parseRuleFile } from './parse.ts';
import { createRouter } from './router.ts';
import { createRuleIndex } from './rule_index.ts';
import { windowsTable } from './windows_sources.ts';

const count = 230;
const rules = Array.from({ length: count }, (_, i) => {
  const detection = i % 2 === 0 ? '{s: {a: value}, condition: s}' : '{s: {b: x}, condition: not s}';
  const text = `title: r${i}\nlogsource: {product: p, service: s${i}}\ndetection: ${detection}\n`;
  return parseRuleFile(text, `${i}.yml`).rules[0]!;
});

describe('routes', () => {
  it('lead to the rules of a log source alone, also when there are more than have an index of their own', () => {
    const matcher = createLogSourceMatcher(windowsTable);
    const reader = new EventReader(
      new Set(rules.flatMap(({ detection }) => outlineOf(detection).fields)),
      matcher,
    );
    const index = createRuleIndex(rules, reader);
    const router = createRouter(rules, index, matcher);
    reader.read({ a: 'VALUE' });
    for (const pass of [1, 2]) {
      for (let i = 0; i < count; i++) {
        const route = router({ services: new Set([`s${i}`]) });
        const found = new Set(route.always);
        index.candidates(reader, route.reach, (rule) => {
          if (route.rules[rule] === 1) found.add(rule);
        });
        expect([...found], `pass ${pass}`).toEqual([i]);
      }
    }
  });
});
