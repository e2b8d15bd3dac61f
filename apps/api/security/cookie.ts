import { sessionLimits } from '@tidewatch/control';
import type { FastifyReply, FastifyRequest } from 'fastify';

const name = 'tidewatch_session';

const attributes = (request: FastifyRequest) =>
  ({ httpOnly: true, sameSite: 'strict', path: '/', secure: request.protocol === 'https' }) as const;

export const sessionToken = (request: FastifyRequest): string | undefined => request.cookies[name];

export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, token: string): void => {
  reply.setCookie(name, token, { ...attributes(request), maxAge: sessionLimits.absoluteMs / 1_000 });
};

export const clearSessionCookie = (request: FastifyRequest, reply: FastifyReply): void => {
  reply.clearCookie(name, attributes(request));
};
