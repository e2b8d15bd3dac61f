import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { enableLinearRegExpFallback } from '@tidewatch/sigma';
import { createLogger, terminalDestination } from '@tidewatch/telemetry';
import type { CommandContext } from '../commands/context.ts';
import type { StartOptions } from '../commands/start.ts';
import { loadConfig } from '../config/load.ts';
import { version } from '../version.ts';
import { banner } from './banner.ts';
import { startServer } from './server.ts';

/** A shutdown that takes longer is cut short: what is durable stays durable. */
const shutdownMs = 10_000;

/** Runs the server in the foreground: prints where it is, and ends on SIGINT or SIGTERM, the second time at once. */
export async function runUntilSignal(
  options: StartOptions,
  { root, say, consoleBuild }: CommandContext,
): Promise<void> {
  // For people's queries too, and so also where no rules run.
  enableLinearRegExpFallback();
  const config = await loadConfig(options, root);
  const atTerminal = process.stderr.isTTY === true;
  const log = createLogger({
    level: config.log.level,
    ...(atTerminal ? { destination: terminalDestination((line) => process.stderr.write(line)) } : {}),
  });
  const starting = startServer({
    config,
    root,
    ...(consoleBuild === undefined ? {} : { consoleBuild }),
    // Where governance is enforced nothing unapproved may run, so neither may the demonstration.
    demo: options.demo && config.governance === 'evaluation',
    log,
    onFirstAlert: (seconds) => say(`First alert after ${seconds.toFixed(1)} s.`),
  });
  const reload = async () => {
    try {
      const server = await starting;
      await server.reload(await loadConfig(options, root));
    } catch (error) {
      log.error({ reason: (error as Error).message }, 'The configuration was not reloaded');
    }
  };
  // Where there is a terminal the same signal says that it is gone, and the process with it. Listened to from the
  // beginning: one that comes as soon as senders are let in would end the process.
  if (!atTerminal) process.on('SIGHUP', reload);
  const server = await starting;
  const { loginUrl, parsers, parts, seconds } = server;
  const { demonstration, detector, inputs } = parts;
  say(
    banner({
      version,
      seconds,
      inputs,
      consoleBuilt: existsSync(join(root, 'dist/console/alerts.html')),
      demo: demonstration?.active() ?? false,
      ...(loginUrl === undefined ? {} : { loginUrl }),
      ...(parsers && { parsers }),
      ...(detector === undefined ? {} : { rules: detector.loaded() }),
    }),
  );
  const signal = await nextSignal(atTerminal ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM']);
  say(`Stopping (${signal}); again to stop at once.`);
  void nextSignal(['SIGINT', 'SIGTERM']).then(() => process.exit(130));
  const ended = await Promise.race([
    server.close().then(() => true),
    setTimeout(shutdownMs, false, { ref: false }),
  ]);
  if (!ended) say(`Some part did not stop within ${shutdownMs / 1000} s. Nothing acknowledged is lost.`);
  process.exit(ended ? 0 : 1);
}

const nextSignal = (signals: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve(signal));
  });
