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
      else for (const source of report.sources) for (const line of sourceLines(source)) context.print(line);
      if (report.sources.some(({ fault }) => fault !== null)) process.exitCode = 1;
    }),
  );

/** A source as people read it. */
export function sourceLines(source: EnrichmentReport['sources'][number]): string[] {
  const { kind, name, from, entries, unfit, expired, changedAt, matches, fault } = source;
  const changed = changedAt === null ? '' : `, of ${new Date(changedAt).toISOString().slice(0, 16)}Z`;
  const left = [unfit > 0 ? `${unfit} not understood` : '', expired > 0 ? `${expired} expired` : ''];
  const parts = [`${entries} entries${changed}`, ...left, `${matches} matches`].filter((part) => part !== '');
  return [
    `${fault === null ? 'ok   ' : 'fault'} ${kind} ${name} (${from}): ${parts.join(', ')}`,
    ...(fault === null ? [] : [`      ${fault.reason}`]),
  ];
}
