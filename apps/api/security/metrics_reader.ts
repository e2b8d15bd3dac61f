import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import { bearerOf } from './bearer.ts';
import { sameSecret } from './same_secret.ts';

const loopback = /^(?:127(?:\.\d+){3}|::1|::ffff:127(?:\.\d+){3})$/;

/** Asked by this machine itself, and not by a proxy on it for somebody else. */
const isFromHere = ({ socket, headers }: FastifyRequest): boolean =>
  loopback.test(socket.remoteAddress ?? '') &&
  headers['x-forwarded-for'] === undefined &&
  headers.forwarded === undefined;

/**
 * Lets this machine read metrics, and who has their token.
 *
 * @param token read with each request from elsewhere, so that it can be rotated
 * @throws METRICS_CLOSED
 */
export async function checkMetricsReader(
  request: FastifyRequest,
  token: (() => Promise<string>) | undefined,
): Promise<void> {
  if (isFromHere(request)) return;
  const bearer = bearerOf(request);
  const known = bearer === undefined ? undefined : (await token?.())?.trim();
  if (bearer === undefined || !known || !sameSecret(bearer, known)) throw errors.METRICS_CLOSED();
}
