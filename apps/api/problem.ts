import { isTidewatchError, type TidewatchError } from '@tidewatch/event';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { errors } from './errors.ts';

/** Answers any error as a problem. What nobody expected is logged under the request's id, and only the id is told. */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  note?: (problem: TidewatchError) => void,
): FastifyReply {
  const known = expected(error, (request.routeOptions.bodyLimit ?? 0) >> 10);
  if (known === undefined)
    request.log.error({ err: error, id: request.id, url: request.routeOptions.url }, 'request failed');
  const problem = known ?? errors.INTERNAL({ id: request.id });
  note?.(problem);
  const { status, code, message, details: all } = problem;
  // `why` has filled the message already.
  const { why: _, ...details } = all;
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ code, message, ...(Object.keys(details).length === 0 ? {} : { details }) });
}

/** @param limit of the body, in KiB */
function expected(error: unknown, limit: number): TidewatchError | undefined {
  if (isTidewatchError(error)) return error.status === 500 ? undefined : error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map(({ instancePath, message }) => ({
      path: `${error.validationContext ?? 'request'}${instancePath}`,
      message,
    }));
    return errors.REQUEST_INVALID({
      why: issues.map(({ path, message }) => `${path}: ${message}`).join('; '),
      issues,
    });
  }
  const { code, message, statusCode } = error as FastifyError;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return errors.BODY_TOO_LARGE({ limit });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return errors.MEDIA_TYPE();
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? errors.REQUEST_INVALID({ why: message })
    : undefined;
}
