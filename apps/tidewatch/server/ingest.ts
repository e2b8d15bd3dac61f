import { join } from 'node:path';
import { createAccept } from '@tidewatch/ingest';
import { inputs as shipped } from '@tidewatch/inputs';
import { createNormaliser } from '@tidewatch/normalize';
import type { Accept, AnyPlugin, Input } from '@tidewatch/plugin';
import type { RunningInput, Runtime } from './runtime.ts';

/** The entry of the pipeline, shared by all inputs of the process. */
export function openAccept({ adapters, governance, metrics, log, plugins }: Runtime): Accept {
  return createAccept({
    events: adapters.events,
    deadLetters: adapters.deadLetters,
    normalise: createNormaliser({ classify: governance.classify }),
    processors: plugins.filter(({ description: { kind } }) => kind === 'processor' || kind === 'enricher'),
    metrics,
    log,
  });
}

/** Starts the configured inputs. One that cannot start stops the start: its sender would find nobody. */
export async function startInputs({ config, log }: Runtime, accept: Accept): Promise<RunningInput[]> {
  const running: RunningInput[] = [];
  try {
    for (const { type, ...own } of config.inputs) {
      const plugin = shipped.find(({ name }) => name === type) as AnyPlugin<'input'>;
      const directory = join(config.data, 'inputs', nameOf(type, own, running));
      const input: Input = plugin.create(plugin.config.parse(own) as never, { accept, log, directory });
      running.push({ name: type, input });
      await input.start();
    }
  } catch (error) {
    await Promise.all(running.map(({ input }) => input.stop()));
    throw error;
  }
  return running;
}

/** What it keeps is found again after the configuration's order changed: type and source name it, then a number. */
function nameOf(type: string, own: object, running: readonly RunningInput[]): string {
  const { source = '' } = own as { source?: string };
  const earlier = running.filter(({ name }) => name === type).length;
  return source === '' ? `${type}-${earlier}` : `${type}-${source}`;
}
