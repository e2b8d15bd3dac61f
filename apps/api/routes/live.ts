import { z } from 'zod';
import { errors } from '../errors.ts';
import type { LiveMessage } from '../live.ts';
import { everyone, type Route, route } from '../route.ts';
import { live as messages } from '../schemas/system.ts';
import { askerOf } from '../security/asker.ts';
import { maySee, scopeOf } from '../security/scope.ts';

const heartbeatMs = 15_000;
/** A client this far behind is cut off; it comes back with the last id it saw. */
const backlogBytes = 1 << 20;
const streamLimit = 500;

export const liveRoutes: readonly Route[] = [
  route({
    name: 'live.read',
    method: 'GET',
    url: '/api/live',
    summary: 'What happens, as server-sent events; resumes after `Last-Event-ID`',
    policy: { kind: 'session', roles: everyone },
    // Noted before the first message: once the stream is open, nothing can be refused any more.
    audit: 'own',
    schemas: {
      answer: z.string().describe(`Messages with JSON as data, named ${Object.keys(messages).join(', ')}`),
    },
    produces: 'text/event-stream',
    handle: async ({ request, reply, scope }, api) => {
      const { live, streams, audit, dataClasses } = api;
      if (streams.size >= streamLimit) throw errors.TOO_MANY_STREAMS();
      await audit.change({ who: scope.principal, action: 'live.read', target: '/api/live', detail: {} });
      const { raw } = reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value);
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      raw.write('retry: 2000\n\n');

      const lastId = request.headers['last-event-id'];
      let seen = scope;
      const take = ({ kind, dataClass, frame }: LiveMessage) => {
        if (kind === 'alert' && !maySee(seen, dataClass)) return;
        if (raw.writableLength > backlogBytes) raw.destroy();
        else raw.write(frame);
      };
      const leave = live.subscribe(take, typeof lastId === 'string' ? lastId : undefined);
      const stream = { end: () => void (raw.writableLength === 0 ? raw.end() : raw.destroy()) };
      streams.add(stream);

      const heartbeat = setInterval(async () => {
        // A session or key that was revoked or ran out takes its stream with it, and what somebody may see changes.
        // Listening is no activity of a session.
        const caller = await askerOf(request, api, { touch: false }).catch(() => undefined);
        if (caller === undefined) return stream.end();
        seen = scopeOf(caller, dataClasses ?? { all: [] });
        raw.write(': heartbeat\n\n');
      }, heartbeatMs);
      raw.on('close', () => {
        clearInterval(heartbeat);
        leave();
        streams.delete(stream);
      });
      // Not the reply: to await that is to await the client's leaving, and to hear of it as an error.
      return '';
    },
  }),
];
