import type { DiskReport } from '@tidewatch/api/schemas';
import { Command } from 'commander';
import { askServer } from '../server/ask.ts';
import type { CommandContext } from './context.ts';
import { askingBy, type ServerOptions, withServer } from './server.ts';

const asking = askingBy(askServer);

export const diskCommand = (context: CommandContext): Command =>
  withServer(
    new Command('disk').description(
      'Say what the stores of the running server take of their disk budgets, and when they are full. Exit code 1 where one is above a watermark, 2 without a server.',
    ),
  ).action(
    asking(context, async (ask, { json }: ServerOptions) => {
      const report = await ask<DiskReport>('GET', '/disk');
      if (json) context.print(JSON.stringify(report, null, 2));
      else for (const line of diskLines(report)) context.print(line);
      if (report.stores.some(({ standing }) => standing !== 'below')) process.exitCode = 1;
    }),
  );

/** A report as people read it: a line for each store, what to do below, and who waits at the end. */
function diskLines({ stores, intake, deadLetters }: DiskReport): string[] {
  const lines = stores.flatMap(({ standing, says, advice }) => [
    `${standing.padEnd(5)} ${says}`,
    ...(advice === undefined ? [] : [`      ${advice}`]),
  ]);
  const gates = [
    ['intake', intake],
    ['dead letters', deadLetters],
  ] as const;
  return [...lines, ...gates.map(([name, gate]) => `${name}: ${gateWords(gate)}`)];
}

function gateWords({ state, bytesPerSecond = 0, reasons = [] }: DiskReport['intake']): string {
  if (state === 'open') return 'open';
  const why = `since there is too little room for ${reasons.join(', ')}`;
  return state === 'stopped'
    ? `stopped, ${why}; senders are told to wait`
    : `slowed to ${Math.round(bytesPerSecond)} bytes a second, ${why}; senders are told to wait`;
}
