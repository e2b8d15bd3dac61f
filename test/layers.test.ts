import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Who may import whom: only from ranks to the left. Biome holds that nothing undeclared is imported. */
const ranks = [
  ['event', 'forest', 'forecast'],
  ['telemetry', 'plugin', 'query'],
  ['stream', 'store', 'control', 'normalize'],
  ['window', 'inputs', 'notify'],
  ['sigma', 'features'],
  ['models'],
  ['evasion', 'onnx'],
];
/** `plugin` hands its logger to plugins, so `telemetry` stands before it within their rank. */
const within: Record<string, string[]> = { plugin: ['telemetry'] };
/** Apps import libs; only the composition root imports apps; the console takes the API's types, never its code. */
const apps: Record<string, string[]> = {
  tidewatch: ['ingest', 'detector', 'scorer', 'forecaster', 'api'],
  console: [],
};

const root = join(import.meta.dirname, '..');
const own = (folder: string): string[] => {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return Object.keys(dependencies).flatMap((name) =>
    name.startsWith('@tidewatch/') ? [name.slice(11)] : [],
  );
};
const packages = (folder: string) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

it.each(packages('libs'))('libs/%s imports only from ranks to its left', (lib) => {
  const rank = ranks.findIndex((names) => names.includes(lib));
  expect(rank, 'has a rank').toBeGreaterThanOrEqual(0);
  const allowed = [...ranks.slice(0, rank).flat(), ...(within[lib] ?? [])];
  expect(own(`libs/${lib}`).filter((name) => !allowed.includes(name))).toEqual([]);
});

it.each(packages('apps'))('apps/%s imports libs, and no app it may not', (app) => {
  const libs = app === 'console' ? ['event', 'query'] : ranks.flat();
  expect(own(`apps/${app}`).filter((name) => !libs.includes(name) && !apps[app]?.includes(name))).toEqual([]);
});
