import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCommand } from '../commands/command.fixture.ts';
import { parsersCommand } from '../commands/parsers.ts';
import { testCommand } from '../commands/test.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-categories-'));
afterAll(() => rmSync(folder, { recursive: true }));

const parser = `
name: acme.doors
title: Doors
match: { contains: 'DOOR ' }
processors:
  - dissect: 'DOOR %{acme.door}'
  - set: { event: { category: [web], type: [denied] } }
`;
const tests = `
tests:
  - title: north
    line: DOOR north
    event: { message: DOOR north, acme.door: north, tags: [timestamp_missing], event: { category: [web], type: [denied] }, '@timestamp': 2026-11-21T09:08:05.250Z }
`;

it('tests refuse a type that ECS does not list for the category, and what checks people’s own parsers warns', async () => {
  writeFileSync(join(folder, 'acme_doors.yml'), parser);
  writeFileSync(join(folder, 'acme_doors.test.yml'), tests);
  const fault = 'event.type: denied is none of web (access, error, info), but of api, intrusion_detection';
  const tested = await runCommand(testCommand, 'parsers', folder);
  expect(tested.stdout).toContain(`✗ acme.doors: 0 of 1\n    north\n      ${fault}`);
  expect(tested.status).toBe(1);
  const checked = await runCommand(parsersCommand, 'check', folder);
  expect(checked.stdout).toContain(`! ${join(folder, 'acme_doors.test.yml')}: “north”: ${fault}`);
  expect(checked.stdout).toContain('1 parsers right, 0 faults, 1 warnings');
  expect(checked.status).toBe(0);
});
