import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { type ServerOptions, withServer } from '../server.ts';
import { orUnreadable } from './options.ts';

export const releaseCommand = ({ print, root, say }: CommandContext): Command =>
  withServer(new Command('release'))
    .description(
      'Have the running server run a rule again that is in quarantine, since it failed or cost too much. Exit code 0 if it runs again, 2 without a server or for a rule that is not in quarantine.',
    )
    .argument('<id>', 'id of the rule; `GET /api/rules` and the health page show what is in quarantine')
    .action((id: string, { json, ...options }: ServerOptions) =>
      orUnreadable(say, async () => {
        const { loadConfig } = await import('../../config/load.ts');
        const { releaseRule } = await import('../../sigma/release.ts');
        const { visibleJson, visibleText } = await import('../../dead_letters/visible.ts');
        const rule = await releaseRule((await loadConfig(options, root)).data, id);
        print(json ? visibleJson(rule) : visibleText(`“${rule.title}” runs again.`));
        return 0;
      }),
    );
