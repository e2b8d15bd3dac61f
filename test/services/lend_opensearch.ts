import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type RunningOpenSearch, startOpenSearch } from './opensearch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A port of the loopback address; see `borrowOpenSearch`. */
    readonly openSearchLender: number;
  }
}

/**
 * Lends OpenSearch to the files of a run, one file at a time, for as long as its connection lasts: a start costs seconds of
 * both cores, and one that has run for a while answers sooner. Each is empty when it is lent, and gone after the run.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const all = new Set<RunningOpenSearch>();
  /** By the options they were started with. */
  const idle = new Map<string, RunningOpenSearch[]>();

  async function start(options: string): Promise<RunningOpenSearch> {
    const started = await startOpenSearch(JSON.parse(options));
    all.add(started);
    return started;
  }
  async function lend(socket: Socket): Promise<void> {
    const [request] = (await once(socket, 'data')) as [Buffer];
    const options = request.toString();
    const lent = idle.get(options)?.pop() ?? (await start(options));
    const over = new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
    socket.write(lent.url);
    await over;
    await empty(lent.url);
    idle.set(options, [...(idle.get(options) ?? []), lent]);
    socket.end();
  }

  const lender = createServer({ allowHalfOpen: true }, (socket) => {
    // A borrower that dies gives back what it had.
    socket.on('error', () => socket.destroy());
    lend(socket).catch((error: Error) => socket.end(`No OpenSearch: ${error.message}`));
  });
  lender.listen(0, '127.0.0.1');
  await once(lender, 'listening');
  provide('openSearchLender', (lender.address() as AddressInfo).port);
  return async () => {
    lender.close();
    await Promise.all([...all].map((one) => one.stop()));
  };
}

/** As after a start. */
async function empty(url: string): Promise<void> {
  const ask = async (method: string, path: string, body?: object): Promise<void> => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    // Of some kinds, to delete all of none is an error.
    if (!response.ok && response.status !== 404)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };
  await ask('PUT', '/_cluster/settings', { persistent: { '*': null }, transient: { '*': null } });
  await ask('DELETE', '/*?expand_wildcards=all');
  for (const kind of ['_index_template', '_template', '_component_template', '_ingest/pipeline'])
    await ask('DELETE', `/${kind}/*`);
}
