import { Command } from 'commander';
import type { Pushed } from '../../sigma/push.ts';
import type { CommandContext } from '../context.ts';
import { type ServerOptions, withServer } from '../server.ts';
import { orUnreadable } from './options.ts';

interface PushOptions extends ServerOptions {
  readonly reason?: string;
}

const codes =
  'Exit code 0 if all is done, 1 if something is kept and not in force, 2 if something is refused.';

export const pushCommand = (context: CommandContext): Command =>
  command(
    context,
    new Command('push')
      .description(`Have the running server keep files of rules, and bring them into force. ${codes}`)
      .argument('<file...>', 'files of rules; each goes by the id of its first document'),
    async (data, files, reason) => (await import('../../sigma/push.ts')).pushRules(data, files, reason),
  );

export const removeCommand = (context: CommandContext): Command =>
  command(
    context,
    new Command('remove')
      .description(`Delete rules that the running server keeps; \`restore\` brings them back. ${codes}`)
      .argument('<id...>', 'ids of rules'),
    async (data, ids, reason) =>
      (await import('../../sigma/push.ts')).changeRules(data, 'remove', ids, reason),
  );

export const restoreCommand = (context: CommandContext): Command =>
  command(
    context,
    new Command('restore')
      .description(`Bring back the version before of rules that the running server keeps. ${codes}`)
      .argument('<id...>', 'ids of rules'),
    async (data, ids, reason) =>
      (await import('../../sigma/push.ts')).changeRules(data, 'restore', ids, reason),
  );

type Run = (data: string, names: readonly string[], reason: string | undefined) => Promise<Pushed[]>;

const command = ({ print, root, say }: CommandContext, head: Command, run: Run): Command =>
  withServer(head.option('--reason <text>', 'why, for the audit log')).action(
    (names: string[], { json, reason, ...options }: PushOptions) =>
      orUnreadable(say, async () => {
        const { loadConfig } = await import('../../config/load.ts');
        const { pushedText } = await import('../../sigma/push.ts');
        const { visibleJson, visibleText } = await import('../../dead_letters/visible.ts');
        const pushed = await run((await loadConfig(options, root)).data, names, reason);
        print(json ? visibleJson(pushed) : visibleText(pushedText(pushed)));
        if (pushed.some((one) => 'refused' in one)) return 2;
        const isIdle = (one: Pushed) => 'rule' in one && one.rule.version !== null && !one.rule.inForce;
        return pushed.some(isIdle) ? 1 : 0;
      }),
  );
