import { isTidewatchError } from '@tidewatch/event';
import { Command, CommanderError } from 'commander';
import { adminCommand } from './commands/admin.ts';
import { alertsCommand } from './commands/alerts.ts';
import { anomalyCommand } from './commands/anomaly.ts';
import { archiveCommand } from './commands/archive.ts';
import { auditCommand } from './commands/audit.ts';
import { configCommand } from './commands/config.ts';
import type { CommandContext } from './commands/context.ts';
import { deadLettersCommand } from './commands/dead_letters.ts';
import { detectorCommand } from './commands/detector.ts';
import { diskCommand } from './commands/disk.ts';
import { doctorCommand } from './commands/doctor.ts';
import { enrichmentCommand } from './commands/enrichment.ts';
import { evasionCommand } from './commands/evasion.ts';
import { featuresCommand } from './commands/features.ts';
import { forecastCommand } from './commands/forecast.ts';
import { keyCommand } from './commands/key.ts';
import { modelCommand } from './commands/model.ts';
import { parseCommand } from './commands/parse.ts';
import { parsersCommand } from './commands/parsers.ts';
import { pluginsCommand } from './commands/plugins.ts';
import { pseudonymsCommand } from './commands/pseudonyms.ts';
import { sendCommand } from './commands/send.ts';
import { setupCommand } from './commands/setup.ts';
import { sigmaCommand } from './commands/sigma/index.ts';
import { startCommand } from './commands/start.ts';
import { streamCommand } from './commands/stream.ts';
import { testCommand } from './commands/test.ts';
import { usecaseCommand } from './commands/usecase.ts';
import { userCommand } from './commands/user.ts';
import { version } from './version.ts';

/**
 * Runs the command line. Results go to standard output, everything else to standard error.
 * Exit codes: 0 done; 1 it failed, or what was checked is not in order; 2 the command line itself is wrong.
 *
 * @param args without node and the script
 * @param given.root the folder that holds the shipped rules, use-cases and classes
 */
export async function main(
  args: readonly string[],
  { root, consoleBuild }: Pick<CommandContext, 'root' | 'consoleBuild'>,
): Promise<void> {
  const context: CommandContext = {
    root,
    ...(consoleBuild === undefined ? {} : { consoleBuild }),
    print: (text) => process.stdout.write(`${text}\n`),
    say: (text) => process.stderr.write(`${text}\n`),
  };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // Who reads a result may have seen enough, as `head` has; a server goes on without who follows its log.
    if (args[0] !== 'start') process.exit();
  });
  const program = new Command('tidewatch')
    .description('Security analytics: logs in, ECS out, attacks found and explained.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('Add --help to see what the command takes.');
  const commands = [
    startCommand,
    doctorCommand,
    diskCommand,
    enrichmentCommand,
    sigmaCommand,
    testCommand,
    parseCommand,
    parsersCommand,
    featuresCommand,
    forecastCommand,
    anomalyCommand,
    detectorCommand,
    evasionCommand,
    modelCommand,
    sendCommand,
    deadLettersCommand,
    alertsCommand,
    usecaseCommand,
    pseudonymsCommand,
    streamCommand,
    archiveCommand,
    userCommand,
    keyCommand,
    auditCommand,
    adminCommand,
    setupCommand,
    pluginsCommand,
    configCommand,
  ];
  for (const command of commands) program.addCommand(prepare(command(context)));
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (isTidewatchError(error)) {
      context.say(error.message);
      process.exitCode = 1;
    } else throw error;
  }
}

/** Usage errors of sub-commands are thrown too, so that they share one exit code. */
function prepare(command: Command): Command {
  command.exitOverride().showHelpAfterError('Add --help to see what the command takes.');
  command.commands.forEach(prepare);
  return command;
}
