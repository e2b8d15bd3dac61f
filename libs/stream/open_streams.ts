import type { Log, OpenOptions, Stream } from './contract.ts';
import { errors } from './errors.ts';
import { checkName } from './names.ts';

/**
 * What every log does with its streams: each is opened once and shared, one that failed to open may be tried again, and
 * after `close` nothing opens. `close` closes the open streams, and then what they stood on, even if one fails.
 */
export function createStreams(
  open: (name: string, options: OpenOptions) => Promise<Stream>,
  release: () => Promise<void>,
): Log {
  const streams = new Map<string, Promise<Stream>>();
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    const opened = await Promise.allSettled(streams.values());
    try {
      await Promise.all(
        opened.map((stream) => (stream.status === 'fulfilled' ? stream.value.close() : undefined)),
      );
    } finally {
      await release();
    }
  }

  return {
    async open(name, options = {}) {
      if (closing !== undefined) throw errors.STREAM_CLOSED({ stream: name });
      checkName('Stream', name);
      const known = streams.get(name);
      if (known !== undefined) return known;
      const stream = open(name, options);
      streams.set(name, stream);
      stream.catch(() => streams.delete(name));
      return stream;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
