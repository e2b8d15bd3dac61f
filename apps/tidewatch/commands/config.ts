import { Command } from 'commander';
import type { CommandContext } from './context.ts';

export const configCommand = ({ root, print }: CommandContext): Command => {
  const command = new Command('config').description('Check tidewatch.yml, or print its schema.');
  command
    .command('check')
    .description('Check a configuration file; says line, column and the nearest known key for each fault.')
    .argument('[file]', 'the file', 'tidewatch.yml')
    .option('--json', 'print the configuration with its defaults filled in')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const { loadConfig } = await import('../config/load.ts');
      const config = await loadConfig({ config: file }, root);
      print(json ? JSON.stringify(config, null, 2) : `${file} is in order.`);
    });
  command
    .command('schema')
    .description('Print the JSON Schema of tidewatch.yml, for editors.')
    .action(async () => {
      const { configJsonSchema } = await import('../config/json_schema.ts');
      print(JSON.stringify(configJsonSchema(), null, 2));
    });
  return command;
};
