import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Demo } from '@tidewatch/api';
import { file, http, syslog } from '@tidewatch/inputs';
import type { Accept, Input } from '@tidewatch/plugin';
import { playDemo } from '../demo/play.ts';
import { createSenders } from '../demo/senders.ts';
import { demonstration as tell } from '../demo/story/index.ts';
import { databasesOf } from './adapters.ts';
import type { Runtime } from './runtime.ts';

/** The class of everything the demonstration sends (decision record 14). */
export const demoClass = 'demonstration';

export interface Demonstration extends Demo {
  /** Plays, unless the store holds an event of the user's own or the demonstration was removed before. */
  play(): Promise<void>;
  /** Ends the play and keeps its data: an event of the user's own came, or the process stops. Idempotent and cheap. */
  stop(): Promise<void>;
}

/** The story goes through inputs of its own, on ports of their own, so that it can't be mistaken for a user's data. */
export async function createDemonstration(accept: Accept, runtime: Runtime): Promise<Demonstration> {
  const { config, log, live, adapters, readers } = runtime;
  const { events, alerts } = databasesOf(adapters).store;
  const directory = join(config.data, 'demo');
  const removedMark = join(config.data, 'demo-removed');
  const abort = new AbortController();
  let inputs: readonly Input[] = [];
  let playing: Promise<void> | undefined;

  const { partitions } = await events.stats();
  let active = partitions.some(({ dataClass }) => dataClass === demoClass);
  const ownEvents = partitions.some(({ dataClass }) => dataClass !== demoClass);

  async function stop(): Promise<void> {
    if (playing === undefined) return;
    const ending = playing;
    playing = undefined;
    abort.abort();
    await ending;
    await Promise.all(inputs.map((input) => input.stop()));
  }

  return {
    active: () => active,
    async play() {
      if (ownEvents || existsSync(removedMark)) return;
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
      const nginxFile = join(directory, 'nginx-access.log');
      const opened = openInputs(accept, runtime, directory, nginxFile);
      inputs = Object.values(opened);
      await Promise.all(inputs.map((input) => input.start()));
      const send = createSenders(
        {
          bulkUrl: addressOf(opened.http, 'http').origin,
          syslogTcp: endpointOf(opened.syslog, 'tcp'),
          syslogUdp: endpointOf(opened.syslog, 'udp'),
          nginxFile,
        },
        {
          signal: abort.signal,
          onProblem: ({ channel, message, lost }) => {
            if (!abort.signal.aborted)
              log.warn({ channel, lost, reason: message }, 'The demonstration could not send');
          },
        },
      );
      active = true;
      live.publish('demo', { demo: true });
      const now = new Date();
      playing = playDemo({ story: tell({ seed: now.getTime(), now }), send, signal: abort.signal })
        .then(() => send.close())
        .catch((error) => log.error({ err: error }, 'The demonstration ended early'));
    },
    stop,
    async remove() {
      await writeFile(removedMark, '');
      await stop();
      // Whatever reads the streams has it behind itself; then what the streams still hold of it can go too.
      await Promise.all(readers.map((reader) => reader.drain()));
      await adapters.events.deleteBefore(Date.now());
      const removed = {
        events: await events.deleteClass(demoClass),
        alerts: await alerts.deleteClass(demoClass),
      };
      await runtime.parts.anomalies?.detection.forgetting(async ({ expire }) => {
        await expire(demoClass, Number.MAX_SAFE_INTEGER);
      });
      await rm(directory, { recursive: true, force: true });
      active = false;
      live.publish('demo', { demo: false });
      return removed;
    },
  };
}

function openInputs(accept: Accept, { log, metrics }: Runtime, directory: string, nginxFile: string) {
  const context = (name: string) => ({
    name: `demo-${name}`,
    accept,
    metrics,
    log,
    directory: join(directory, name),
  });
  return {
    http: http.create(http.config.parse({ port: 0 }), context('http')),
    syslog: syslog.create(syslog.config.parse({ port: 0, source: 'demo-syslog' }), context('syslog')),
    file: file.create(
      file.config.parse({
        paths: [nginxFile],
        source: 'demo-nginx',
        dataset: 'nginx.access',
        start_at: 'beginning',
      }),
      context('file'),
    ),
  };
}

function addressOf(input: Input, protocol: string): URL {
  const found = input.listeners().find(({ address }) => address.startsWith(`${protocol}:`));
  return new URL(found?.address ?? '');
}

/** A URL of an unknown scheme keeps its port, which is all that is needed. */
function endpointOf(input: Input, protocol: string): { host: string; port: number } {
  const { hostname, port } = addressOf(input, protocol);
  return { host: hostname, port: Number(port) };
}
