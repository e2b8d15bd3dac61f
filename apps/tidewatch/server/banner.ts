import type { LoadedRules } from '@tidewatch/detector';
import type { ParserSet } from '@tidewatch/normalize';
import type { RunningInput } from './runtime.ts';

export interface BannerFacts {
  readonly version: string;
  readonly seconds: number;
  readonly parsers?: ParserSet;
  readonly rules?: LoadedRules;
  readonly loginUrl?: string;
  readonly inputs: readonly RunningInput[];
  readonly consoleBuilt: boolean;
  readonly demo: boolean;
}

/** What a newcomer reads when Tidewatch is up: where to look, where to send, and what to try. */
export function banner({
  version,
  seconds,
  parsers,
  rules,
  loginUrl,
  inputs,
  consoleBuilt,
  demo,
}: BannerFacts): string {
  const lines = [`Tidewatch ${version} is ready after ${seconds.toFixed(1)} s.`, ''];
  const row = (label: string, text: string) => lines.push(`  ${label.padEnd(9)} ${text}`);
  if (loginUrl !== undefined) {
    row('Console', loginUrl);
    row('', 'The link logs in once, within 15 minutes; `npx tidewatch admin login-link` makes another.');
    if (!consoleBuilt) row('', 'Its pages are still being built; the link works as soon as they are.');
  }
  const listeners = inputs.flatMap(({ name, input }) =>
    input.listeners().map((listener) => ({ name, ...listener })),
  );
  for (const { name, address, state, detail } of listeners)
    row(name, state === 'listening' ? address : `${address}: ${detail ?? 'failed'}`);
  if (!inputs.some(({ name }) => name === 'file'))
    row('file', 'none watched; name some under `inputs` in tidewatch.yml');
  if (parsers !== undefined) {
    const { entries, faults, milliseconds } = parsers;
    const own = entries.filter(({ shipped }) => !shipped).length;
    row(
      'parsers',
      `${entries.length} loaded${own > 0 ? `, ${own} your own` : ''}${faults.length > 0 ? `, ${faults.length} rejected` : ''}, in ${(milliseconds / 1000).toFixed(2)} s`,
    );
  }
  if (rules !== undefined) {
    const count = (wanted: string) => rules.rules.filter(({ state }) => state === wanted).length;
    const others = (['rejected', 'skipped'] as const).flatMap((state) =>
      count(state) > 0 ? `, ${count(state)} ${state}` : [],
    );
    row(
      'rules',
      `${count('loaded')} loaded${others.join('')}, in ${(rules.milliseconds / 1000).toFixed(2)} s`,
    );
  }
  if (demo)
    row(
      'demo',
      'an invented office is attacked while you watch; the console removes it, --no-demo leaves it out',
    );
  const http = listeners.find(({ name, state }) => name === 'http' && state === 'listening');
  if (http !== undefined)
    lines.push(
      '',
      '  Send an event of your own:',
      `  curl -H 'content-type: application/json' ${http.address}/ingest/my-app -d '{"message":"hello"}'`,
    );
  return `${lines.join('\n')}\n`;
}
