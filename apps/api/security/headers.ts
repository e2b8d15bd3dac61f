import type { FastifyReply, FastifyRequest } from 'fastify';

/** For every answer; pages bring their own policy for content. */
const always = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

export function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(always);
  if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000');
}
