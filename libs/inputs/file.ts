import { definePlugin, type Input, type InputContext } from '@tidewatch/plugin';
import { type FileConfig, fileConfig } from './file/config.ts';
import { Follower } from './file/follower.ts';
import { createPatience } from './patience.ts';

/** Follows files as they grow, across rotation by renaming or truncating, and goes on where it was after a restart. */
export const file = definePlugin({
  name: 'file',
  kind: 'input',
  summary: 'Follows log files as they grow and rotate, and goes on where it was after a restart.',
  config: fileConfig,
  create: createFile,
});

function createFile(config: FileConfig, context: InputContext): Input {
  let follower: Follower | undefined;
  let running: Promise<void> | undefined;
  let stopping = new AbortController();

  return {
    async start() {
      stopping = new AbortController();
      const accept = createPatience(context.accept, context.log, stopping.signal);
      const opening = new Follower(config, context, accept, stopping.signal);
      await opening.open();
      follower = opening;
      running = opening.run().catch((error: unknown) => {
        context.log.error(
          { err: error, input: 'file' },
          'The file input has failed: no file is read until a restart',
        );
      });
    },
    async stop() {
      stopping.abort();
      follower?.wake();
      await running;
      await follower?.close();
      running = undefined;
      follower = undefined;
    },
    listeners: () => follower?.listeners() ?? [],
  };
}
