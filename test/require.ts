import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from './services/install.mjs';

export const root = join(import.meta.dirname, '..');
/** Measuring data that is not part of the project; a checkout without it skips what needs it. */
export const sharedData = join(root, '../shared/data');

/** What a machine may lack, and how to tell. */
const needs = {
  chromium: () => installed('chromium'),
  kafka: () => installed('kafka'),
  lighthouse: () => installed('lighthouse'),
  opensearch: () => installed('opensearch'),
  rsyslog: () => installed('rsyslog'),
  prometheus: () => installed('prometheus'),
  liblognorm: () => installed('liblognorm'),
  python: () => installed('python'),
  s3: () => installed('s3'),
  rsigma: () => installed('rsigma'),
  attack: () => existsSync(join(sharedData, 'attack/enterprise.json')),
  sigmahq: () => existsSync(join(sharedData, 'sigmahq/rules')),
};

/**
 * Whether a test that needs something may run. Where it is missing one line says so; with its name in
 * `TIDEWATCH_REQUIRE` that is an error.
 */
export function has(what: keyof typeof needs): boolean {
  if (needs[what]()) return true;
  const why = `${what} is not on this machine`;
  if (process.env.TIDEWATCH_REQUIRE?.split(',').includes(what)) throw new Error(`Required, but ${why}.`);
  process.stdout.write(`SKIPPED: ${why}\n`);
  return false;
}
