import type { EnrichmentReport } from '@tidewatch/api/schemas';
import { Command } from 'commander';
import { askServer } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, type ServerOptions, withServer } from './server.ts';

const asking = askingBy(askServer);

export const enrichmentCommand = (context: CommandContext): Command =>
  withServer(
    new Command('enrichment').description(
      'Say what the running server enriches events with. Exit code 1 where a source could not be read, 2 without a server.',
    ),
  ).action(
    asking(context, async (ask, { json }: ServerOptions) => {
      const report = await ask<EnrichmentReport>('GET', '/enrichment');
      if (json) context.print(JSON.stringify(report, null, 2));
      else
        for (const source of report.sources) {
          context.print(`${source.fault === null ? 'ok   ' : 'fault'} ${sourceWords(source)}`);
          if (source.fault !== null) context.print(`      ${source.fault.reason}`);
        }
      if (report.sources.some(({ fault }) => fault !== null)) process.exitCode = 1;
    }),
  );

/** A source as people read it. */
export function sourceWords(source: EnrichmentReport['sources'][number]): string {
  const { kind, name, from, entries, unfit, expired, changedAt, matches } = source;
  const changed = changedAt === null ? '' : `, of ${new Date(changedAt).toISOString().slice(0, 16)}Z`;
  const parts = [
    `${entries} entries${changed}`,
    ...(unfit > 0 ? [`${unfit} not understood`] : []),
    ...(expired > 0 ? [`${expired} expired`] : []),
    ...(kind === 'geoip' ? [] : [`${matches} matches`]),
  ];
  return `${kind} ${name} (${from}): ${parts.join(', ')}`;
}
