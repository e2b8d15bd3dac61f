import { deviceLifeMs, sessionLimits } from '@tidewatch/control';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Cookies know no ports, so two servers on one host need two names. */
const nameOf = ({ socket }: FastifyRequest): string =>
  socket.localPort === undefined ? 'tidewatch_session' : `tidewatch_session_${socket.localPort}`;

const attributes = (request: FastifyRequest) =>
  ({ httpOnly: true, sameSite: 'strict', path: '/', secure: request.protocol === 'https' }) as const;

export const sessionToken = (request: FastifyRequest): string | undefined => request.cookies[nameOf(request)];

export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, token: string): void => {
  reply.setCookie(nameOf(request), token, {
    ...attributes(request),
    maxAge: sessionLimits.absoluteMs / 1_000,
  });
};

export const clearSessionCookie = (request: FastifyRequest, reply: FastifyReply): void => {
  reply.clearCookie(nameOf(request), attributes(request));
};

const deviceCookie = 'tidewatch_device';
const devicePath = '/api/session';

/** The token of a browser that somebody logged in with before. */
export const deviceToken = (request: FastifyRequest): string | undefined => request.cookies[deviceCookie];

export const setDeviceCookie = (request: FastifyRequest, reply: FastifyReply, token: string): void => {
  reply.setCookie(deviceCookie, token, {
    ...attributes(request),
    path: devicePath,
    maxAge: deviceLifeMs / 1_000,
  });
};
