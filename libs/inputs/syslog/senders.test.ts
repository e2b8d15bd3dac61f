import { expect, test } from 'vitest';
import { subjectAllowed } from './senders.ts';

test.each([
  ['fw1.example.org', ['fw1.example.org'], true],
  ['FW1.example.ORG', ['fw1.Example.org'], true],
  ['fw1.example.org', ['*.example.org'], true],
  ['a.fw1.example.org', ['*.example.org'], false],
  ['example.org', ['*.example.org'], false],
  ['.example.org', ['*.example.org'], false],
  ['fw1.example.org.evil', ['*.example.org'], false],
  ['fw1xexample.org', ['fw1.example.org'], false],
  ['edge-7', ['edge-8', 'edge-7'], true],
  ['edge-7', [], false],
])('%s among %j: %s', (name, patterns, allowed) => {
  expect(subjectAllowed(name, patterns)).toBe(allowed);
});
