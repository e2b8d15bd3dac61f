import { z } from 'zod';
import { errors } from '../errors.ts';
import type { LiveMessage } from '../live.ts';
import { everyone, type Route, route } from '../route.ts';
import { live as messages } from '../schemas/system.ts';
import { askerOf } from '../security/asker.ts';
import { maySee, scopeOf } from '../security/scope.ts';

const beatMs = 1_000;
/** What ran out by itself takes its stream with it after so many beats. */
const beatsToCheck = 15;
const query = z.object({
  lastEventId: z.string().max(100).optional().describe('As `Last-Event-ID`, for who opens a stream anew.'),
});
/** A client this far behind is cut off; it comes back with the last id it saw. */
const backlogBytes = 1 << 20;
/** Messages that wait for the word whether their reader may still see them. */
const heldMost = 1_000;
const streamLimit = 500;

/** Told only to who reads the class of what they are about. */
const ofClasses: ReadonlySet<LiveMessage['kind']> = new Set(['alert', 'events']);

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
      query,
      answer: z.string().describe(`Messages with JSON as data, named ${Object.keys(messages).join(', ')}`),
    },
    produces: 'text/event-stream',
    handle: async ({ query: { lastEventId }, request, reply, scope }, api) => {
      const { live, streams, audit, control, dataClasses } = api;
      if (streams.size >= streamLimit) throw errors.TOO_MANY_STREAMS();
      await audit.change({ who: scope.principal, action: 'live.read', target: '/api/live', detail: {} });
      const { raw } = reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value);
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      raw.write('retry: 2000\n\n');

      const lastId = request.headers['last-event-id'] ?? lastEventId;
      let { caller } = request;
      let held: LiveMessage[] | undefined;
      const take = (message: LiveMessage) => {
        const { kind, dataClass, frame } = message;
        if (held !== undefined) return void (held.push(message) > heldMost && raw.destroy());
        // Classes and use-cases change while the stream is open.
        if (ofClasses.has(kind) && !maySee(scopeOf(caller, dataClasses ?? { all: [] }), dataClass)) return;
        if (raw.writableLength > backlogBytes) raw.destroy();
        else raw.write(frame);
      };
      const leave = live.subscribe(take, typeof lastId === 'string' ? lastId : undefined);
      // Who has seen no alert yet can miss one, too.
      raw.write(`id: ${live.position()}\n\n`);
      const stream = { end: () => void (raw.writableLength === 0 ? raw.end() : raw.destroy()) };
      streams.add(stream);

      // A session or key that ended takes its stream with it at once. Listening is no activity of a session.
      let checks = 0;
      const check = async () => {
        // What comes meanwhile waits for the answer.
        held ??= [];
        const turn = ++checks;
        const now = await askerOf(request, api, { touch: false }).catch(() => undefined);
        if (now === undefined) return stream.end();
        // Asked before what changed last.
        if (turn !== checks) return;
        caller = now;
        const waiting = held ?? [];
        held = undefined;
        for (const message of waiting) take(message);
      };
      const forget = control.onAccounts(() => void check());
      let beats = 0;
      const beat = setInterval(() => {
        take({ kind: 'beat', dataClass: undefined, frame: 'event: beat\ndata: {}\n\n' });
        if (++beats % beatsToCheck === 0) void check();
      }, beatMs);
      raw.on('close', () => {
        clearInterval(beat);
        forget();
        leave();
        streams.delete(stream);
      });
      // Not the reply: to await that is to await the client's leaving, and to hear of it as an error.
      return '';
    },
  }),
];
