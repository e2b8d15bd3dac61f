import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { backtestCommand } from './backtest.ts';
import { checkCommand } from './check.ts';
import { convertCommand } from './convert.ts';
import { coverageCommand } from './coverage.ts';
import { diffCommand } from './diff.ts';
import { evalCommand } from './eval.ts';
import { explainCommand } from './explain.ts';
import { listCommand } from './list.ts';
import { pushCommand, removeCommand, restoreCommand } from './push.ts';
import { releaseCommand } from './release.ts';
import { testCommand } from './test.ts';

export const sigmaCommand = (context: CommandContext): Command => {
  const command = new Command('sigma').description(
    'Check Sigma rules and what fields they need, run them over a file of events, say why they match, convert them to queries.',
  );
  const parts = [
    checkCommand,
    evalCommand,
    explainCommand,
    convertCommand,
    coverageCommand,
    diffCommand,
    listCommand,
    testCommand,
    backtestCommand,
    pushCommand,
    removeCommand,
    restoreCommand,
    releaseCommand,
  ];
  for (const part of parts) command.addCommand(part(context));
  return command;
};
