import { Command } from 'commander';
import type { CommandContext } from './context.ts';

export const pluginsCommand = ({ root, print, say }: CommandContext): Command => {
  const command = new Command('plugins').description('List the plugins, or check your own.');
  command
    .command('list')
    .description('List what ships and what the configuration adds.')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .action(async (options: { config?: string; json?: boolean }) => {
      const [{ loadConfig }, { describePlugins }] = await Promise.all([
        import('../config/load.ts'),
        import('../server/plugins.ts'),
      ]);
      const rows = await describePlugins(await loadConfig(options, root));
      if (options.json) return print(JSON.stringify(rows, null, 2));
      for (const row of rows)
        print(
          [row.name.padEnd(16), row.kind.padEnd(10), row.from.padEnd(10), row.fault ?? row.summary].join(
            '  ',
          ),
        );
    });
  command
    .command('check')
    .description('Load a plugin module in its worker and say what it is, or why it cannot be loaded.')
    .argument('<module>', 'path of the ES module')
    .option('--plugin-config <json>', 'configuration to try it with', '{}')
    .option('--json', 'print JSON')
    .action(async (module: string, options: { pluginConfig: string; json?: boolean }) => {
      const { checkPlugin } = await import('../server/plugins.ts');
      const description = await checkPlugin(module, JSON.parse(options.pluginConfig));
      if (options.json) return print(JSON.stringify(description, null, 2));
      print(`${description.name} (${description.kind}): ${description.summary}`);
      say('It loads, and takes this configuration.');
    });
  return command;
};
