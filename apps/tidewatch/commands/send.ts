import { Command } from 'commander';
import { startErrors } from '../errors.ts';
import type { CommandContext } from './context.ts';

interface SendOptions {
  readonly source: string;
  readonly to?: string;
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export const sendCommand = ({ root, print, say }: CommandContext): Command =>
  new Command('send')
    .description(
      'Send a file of JSON documents or log lines, one a line (.gz too), or a Windows event log (.evtx), through the bulk endpoint.',
    )
    .argument('<file>', 'the file, or - for standard input')
    .option('--source <name>', 'name the events get as their source', 'file')
    .option('--to <url>', 'bulk endpoint; by default that of the server on this machine')
    .option('--config <file>', 'configuration of the running server')
    .option('--data <dir>', 'data folder of the running server')
    .option('--json', 'print the outcome as JSON')
    .action(async (file: string, options: SendOptions) => {
      const { sendFile } = await import('../send/send_file.ts');
      const to = options.to ?? (await localEndpoint(options, root));
      const started = performance.now();
      const outcome = await sendFile(file, { to, source: options.source, progress: progressOf(say) });
      const seconds = (performance.now() - started) / 1000;
      if (options.json) print(JSON.stringify({ ...outcome, seconds }));
      else {
        print(
          `${outcome.accepted} accepted, ${outcome.deadLetters} kept as dead letters, ${outcome.refused} refused, ` +
            `in ${seconds.toFixed(1)} s (${Math.round(outcome.accepted / seconds)} events/s)`,
        );
        if (outcome.damaged > 0) say(`${outcome.damaged} damaged records were left out`);
        for (const { line, reason } of outcome.failures) say(`line ${line}: ${reason}`);
      }
      if (outcome.refused > 0 || outcome.deadLetters > 0 || outcome.damaged > 0) process.exitCode = 1;
    });

async function localEndpoint(options: SendOptions, root: string): Promise<string> {
  const [{ loadConfig }, { findServer }] = await Promise.all([
    import('../config/load.ts'),
    import('../server/run_file.ts'),
  ]);
  const { data } = await loadConfig(options, root);
  const server = await findServer(data);
  if (server.ingest === undefined) throw startErrors.NO_HTTP_INPUT();
  return server.ingest;
}

/** A bar on a terminal, redrawn in place; nothing where standard error is a file. */
function progressOf(say: (text: string) => void): (done: number, total: number | undefined) => void {
  if (!process.stderr.isTTY) return () => {};
  const width = 30;
  return (done, total) => {
    if (total === undefined) return void process.stderr.write(`\r${(done / 1e6).toFixed(1)} MB sent`);
    const share = total === 0 ? 1 : done / total;
    const filled = Math.round(share * width);
    process.stderr.write(
      `\r[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${Math.round(share * 100)} %`,
    );
    if (share >= 1) say('');
  };
}
