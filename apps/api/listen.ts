import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Listens, and answers the address as people write it; port 0 takes a free one. */
export async function listen(
  app: FastifyInstance,
  at: { readonly host: string; readonly port: number },
): Promise<string> {
  await app.listen(at);
  const { port } = app.server.address() as AddressInfo;
  return `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`;
}
